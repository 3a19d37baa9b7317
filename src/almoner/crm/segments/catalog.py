"""What a search looks through in segments, and how a gift's parameters find its segment, communication and campaign."""

from __future__ import annotations

from almoner.platform.query import Catalog, Kind, Parameter

SEGMENTS = Catalog(
    noun="segment",
    table="crm_code.queried_segment s",
    parameters=(
        Parameter(name="Segment Id", kind=Kind.INT, sql="s.id"),
        Parameter(name="Segment Name", kind=Kind.TEXT, sql="s.name"),
        Parameter(name="Segment Code", kind=Kind.TEXT, sql="s.code"),
    ),
    names={},
    sorts={"name": "s.name", "segmentname": "s.name", "segmentcode": "s.code"},
)

CHAIN = (
    "SELECT s.id FROM crm_code.queried_segment s"
    " JOIN crm_code.queried_communication m ON m.organization_id = $1 AND m.id = s.communication_id"
    " JOIN crm_code.queried_campaign c ON c.organization_id = $1 AND c.id = m.campaign_id"
    " WHERE s.organization_id = $1 AND ({condition})"
)
"""Segments by what is said of them (`s`), of their communication (`m`) and of its campaign (`c`)."""
