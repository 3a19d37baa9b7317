"""What a valid form is, what it offers, and what a gift by it is unless it says otherwise. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.money import MoneyError, currency_code, split
from almoner.kernel.text import clean

OFFERED_TOLD = 10
"""How many of the projects that a form offers a refusal names."""


class FormProject(msgspec.Struct, frozen=True):
    """A project that a form names, and whether it takes gifts now: it is active, and its twin in the CRM is available online."""

    id: int
    name: str
    code: str
    code_key: str
    is_open: bool


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What a form says of the gifts that come by it. `offered` empty: every active project."""

    id: int
    is_active: bool
    campaign_id: int
    segment_id: int | None
    premium_id: int | None
    currency: str | None
    motivation_code: str | None
    covers_costs: bool
    offered: Sequence[FormProject]
    split_project_ids: Sequence[int]
    split_weights: Sequence[int]

    def split(self, minor: int) -> tuple[dict[str, int], ...]:
        """Its own split of so many minor units: by weights, largest remainder, the earlier part first among equals. Empty without one.

        Parts of nothing are left out.
        """
        if not self.split_weights:
            return ()
        parts = split(minor, self.split_weights)
        pairs = zip(self.split_project_ids, parts, strict=True)
        return tuple({"id": project_id, "minor": part} for project_id, part in pairs if part)

    def refused(self, projects: Sequence[Mapping[str, Any]]) -> list[FieldError]:
        """An error of each part of a split, by id or folded code, whose project it does not offer, with those that it offers."""
        if not self.offered:
            return []
        open_ = [project for project in self.offered if project.is_open]
        ids, keys = {project.id for project in open_}, {project.code_key for project in open_}
        told = ", ".join(f"{project.code} ({project.id})" for project in open_[:OFFERED_TOLD]) or "none now"
        more = ", and more" if len(open_) > OFFERED_TOLD else ""
        return [
            FieldError(
                f"projects[{index}].{'projectId' if 'id' in part else 'code'}",
                "INCONSISTENT",
                f"The form does not offer this project. It offers: {told}{more}.",
            )
            for index, part in enumerate(projects)
            if ("id" in part and part["id"] not in ids)
            or ("id" not in part and "code" in part and part["code"] not in keys)
        ]


def checked(said: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to write of a form of the fields `said`; `Invalid` names every broken one. What it names is looked up elsewhere."""
    errors: list[FieldError] = []
    row = {name: value for name, value in said.items() if name not in ("default_split", "currency_code")}
    for name in ("name", "description", "motivation_code"):
        row[name] = clean(said[name])
    if row["name"] is None:
        errors.append(FieldError("name", "REQUIRED", "A form needs a name."))
    row["currency"] = _currency(said["currency_code"], errors)
    row["offered_project_ids"] = list(dict.fromkeys(said["offered_project_ids"] or ()))
    split = [(part.project_id, part.weight) for part in said["default_split"] or () if part is not None]
    row["split_project_ids"] = [project_id for project_id, _ in split]
    row["split_weights"] = [weight for _, weight in split]
    errors += _of_split(row["split_project_ids"], row["offered_project_ids"])
    if errors:
        raise Invalid("The form is not valid.", fields=tuple(errors))
    return row


def _currency(given: str | None, errors: list[FieldError]) -> str | None:
    try:
        return None if clean(given) is None else currency_code(given or "")
    except MoneyError as error:
        errors.append(FieldError("currencyCode", error.code, str(error)))
        return None


def _of_split(project_ids: Sequence[int], offered: Sequence[int]) -> list[FieldError]:
    errors = []
    for index, project_id in enumerate(project_ids):
        field = f"defaultSplit[{index}].projectId"
        if project_id in project_ids[:index]:
            errors.append(FieldError(field, "INCONSISTENT", "A project is in the split once."))
        elif offered and project_id not in offered:
            text = "The form does not offer this project: name it in offeredProjectIds too."
            errors.append(FieldError(field, "INCONSISTENT", text, ("offeredProjectIds",)))
    return errors
