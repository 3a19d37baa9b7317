"""The one-way sync from giving to the CRM: policy, mapping, states, workers, and the answer to "why"."""
