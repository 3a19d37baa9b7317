"""The documents as a site: what generates parts of them, what builds and serves it."""
