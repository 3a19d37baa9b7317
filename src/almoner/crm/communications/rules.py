"""What a valid communication is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from almoner.crm.wire import read_amount, read_moment
from almoner.kernel.errors import FieldError
from almoner.kernel.text import clean, did_you_mean, fold

CHANNELS = ("Direct Mail", "Email", "Event", "In Person", "Phone", "Print", "Radio", "Social Media", "Television",
            "Text Message", "Web")  # fmt: skip
"""The channels that every organization has (crm-api.md 8.6 leaves them to the organization); its own come on top."""

TYPES = ("Acknowledgement", "Acquisition", "Appeal", "Cultivation", "Event Invitation", "Newsletter", "Receipt",
         "Stewardship")  # fmt: skip
"""The kinds that every organization has; its own come on top."""


def read(
    said: Mapping[str, Any],
    steps: Sequence[str] | None,
    channels: Sequence[str],
    types: Sequence[str],
    currency: str,
    time_zone: str,
    errors: list[FieldError],
) -> dict[str, Any]:
    """The columns to write of a new communication, but for its campaign, which has these `steps` (None: nothing is known of them).

    What is broken goes to `errors`; of null nothing is said. A channel or kind that is there already is written as it is there.
    """
    name = clean(said["name"])
    if name is None and said["name"] is not None:
        errors.append(FieldError("name", "REQUIRED", "A communication needs a name."))
    return {
        "name": name,
        "channel_type": as_known(said.get("channel_type"), channels),
        "communication_type": as_known(said.get("communication_type"), types),
        "step": _step(said.get("communication_step"), steps, errors),
        "starts_at": read_moment("startDateTime", said.get("start_date_time"), time_zone, errors),
        "owner_id": said.get("owner_id"),
        "giving_goal_minor": read_amount("givingGoal", said.get("giving_goal"), currency, errors),
        "new_giver_goal": said.get("new_giver_goal"),
        "internal_cost_minor": read_amount(
            "internalCostEstimate", said.get("internal_cost_estimate"), currency, errors
        ),
        "vendor_cost_minor": read_amount(
            "vendorCostEstimate", said.get("vendor_cost_estimate"), currency, errors
        ),
        "network_reach": said.get("network_reach"),
    }


def as_known(text: str | None, known: Iterable[str]) -> str | None:
    """The one of `known` that `text` is in whatever case, else `text`; None when it is blank."""
    word = clean(text)
    return word and next((one for one in known if fold(one) == fold(word)), word)


def _step(text: str | None, steps: Sequence[str] | None, errors: list[FieldError]) -> str | None:
    word = clean(text)
    if word is None or steps is None:
        return word
    step = as_known(word, steps)
    if step not in steps:
        what = f"The campaign has no step '{word}'.{did_you_mean(word, steps)}"
        errors.append(FieldError("communicationStep", "UNKNOWN", what, ("campaignId",)))
    return step
