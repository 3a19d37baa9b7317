"""What can be asked of every promise, ask and grant alike: who it is of, which project it is for, when it was written."""

from __future__ import annotations

from collections.abc import Sequence

from almoner.crm.communications.catalog import CAMPAIGN_NAMED
from almoner.crm.gifts.catalog import CODED, CONTACT_TYPES, NAMED, unkept
from almoner.crm.segments.catalog import CHAIN
from almoner.platform.query import Kind, Parameter, Through

STAMP_SORTS = {
    "createddatetime": "{}.created_at",
    "createdate": "{}.created_at",
    "createdatetimeutc": "{}.created_at",
    "lastmodifieddate": "{}.modified_at",
    "lastmodifieddatetimeutc": "{}.modified_at",
}


def of_contact(alias: str, who: str = "Contact") -> tuple[Parameter, ...]:
    """Parameters of the contact that a record is of, its id in `contact_id`."""
    through = Through(
        "EXISTS (SELECT FROM crm_code.queried_contact contact WHERE contact.organization_id = $1"
        f" AND contact.id = {alias}.contact_id AND ({{condition}}))"
    )
    archived = Parameter(
        name=f"{who} Archived", kind=Kind.TRUTH, sql="(contact.is_archived)", through=through
    )
    return (
        Parameter(name=f"{who} Id", kind=Kind.INT, sql=f"{alias}.contact_id"),
        Parameter(name=f"{who} Name", kind=Kind.TEXT, sql="contact.name", through=through),
        Parameter(
            name=f"{who} Type",
            kind=Kind.LIST,
            sql="contact.contact_type",
            through=through,
            values=CONTACT_TYPES,
            is_open=True,
        ),
        archived,
    )


def of_project(alias: str) -> tuple[Parameter, ...]:
    """Parameters of the project that a record is for, its id in `project_id`."""
    through = Through(
        f"{alias}.project_id IN (SELECT p.id FROM crm_code.queried_project p WHERE p.organization_id = $1 AND ({{condition}}))"  # noqa: S608 - names of this module alone
    )
    return (
        Parameter(name="Project Id", kind=Kind.INT, sql=f"{alias}.project_id", nullable=True),
        Parameter(name="Project Name", kind=Kind.TEXT, sql="p.name", through=through, names_record=NAMED),
        Parameter(
            name="Project Code", kind=Kind.TEXT, sql="p.project_code", through=through, names_record=CODED
        ),
    )


def of_segment(alias: str, code: str = "s.code") -> tuple[Parameter, ...]:
    """Parameters of the segment that a record answers to, its id in `segment_id`; `code` is an expression of the record where it may have one that no segment has."""
    through = Through(f"{alias}.segment_id IN ({CHAIN})")
    coded = through if code == "s.code" else None
    return (
        Parameter(name="Segment", kind=Kind.LOOKUP, sql=code, through=coded),
        Parameter(name="Segment Id", kind=Kind.INT, sql=f"{alias}.segment_id", nullable=True),
        Parameter(name="Segment Name", kind=Kind.LOOKUP, sql="s.name", through=through),
        Parameter(name="Segment Code", kind=Kind.LOOKUP, sql=code, through=coded),
        Parameter(name="Communication Name", kind=Kind.TEXT, sql="m.name", through=through),
        Parameter(
            name="Campaign Name", kind=Kind.TEXT, sql="c.name", through=through, names_record=CAMPAIGN_NAMED
        ),
    )


OF_LEGACY = unkept(Kind.TEXT, "Legacy Id", "Legacy Contact Id", nullable=True)
"""Keys of a system before: clients ask for them, and none is kept."""


def of_stamps(alias: str) -> tuple[Parameter, ...]:
    """When a record was made and last changed."""
    return tuple(
        Parameter(name=name, kind=Kind.INSTANT, sql=f"{alias}.{column}")
        for name, column in (
            ("Create Date", "created_at"),
            ("Last Modified Date", "modified_at"),
            ("Create DateTime UTC", "created_at"),
            ("Last Modified DateTime UTC", "modified_at"),
        )
    )


def stamp_sorts(alias: str) -> dict[str, str]:
    """Names to sort by of the stamps."""
    return {name: column.format(alias) for name, column in STAMP_SORTS.items()}


def listed(name: str, sql: str, values: Sequence[str], *, nullable: bool = False) -> Parameter:
    """A parameter of a closed list whose values are stored as they are told."""
    return Parameter(
        name=name, kind=Kind.LIST, sql=sql, values=dict(zip(values, values, strict=True)), nullable=nullable
    )
