"""The kept figures of giving and the CRM against a count over the gifts, by statements that share nothing with the code."""

from __future__ import annotations

from typing import Any

import asyncpg

# Each is two queries with the same columns: what is kept, and what is counted.
FIGURES = {
    "giving.donor.gift_count": (
        "SELECT organization_id, id, gift_count AS n FROM giving.donor",
        (
            "SELECT d.organization_id, d.id, count(g.id) AS n FROM giving.donor d LEFT JOIN giving.gift g"
            " ON g.organization_id = d.organization_id AND g.donor_id = d.id GROUP BY 1, 2"
        ),
    ),
    "giving.tally, gifts": (
        (
            "SELECT organization_id, campaign_id, currency::text, sum(gift_count)::bigint AS gifts,"
            " sum(given_minor) AS given, sum(raised_count)::bigint AS raised_gifts,"
            " sum(raised_minor) AS raised FROM giving.tally GROUP BY 1, 2, 3 HAVING sum(gift_count) <> 0"
        ),
        (
            "SELECT organization_id, coalesce(campaign_id, 0), currency::text, count(*), sum(amount_minor),"
            " count(*) FILTER (WHERE NOT is_test_mode),"
            " coalesce(sum(amount_minor) FILTER (WHERE NOT is_test_mode), 0)"
            " FROM giving.gift GROUP BY 1, 2, 3"
        ),
    ),
    "giving.tally, givers of a campaign": (
        (
            "SELECT organization_id, campaign_id, currency::text, sum(giver_count)::bigint AS n FROM giving.tally"
            " GROUP BY 1, 2, 3 HAVING sum(giver_count) <> 0"
        ),
        (
            "SELECT organization_id, campaign_id, currency::text, count(DISTINCT donor_id) FROM giving.gift"
            " WHERE campaign_id IS NOT NULL AND NOT is_test_mode GROUP BY 1, 2, 3"
        ),
    ),
    "giving.tally, donors": (
        "SELECT organization_id, sum(donor_count)::bigint AS n FROM giving.tally GROUP BY 1",
        "SELECT organization_id, count(*) FROM giving.donor WHERE NOT is_archived GROUP BY 1",
    ),
    "giving.segment_tally": (
        (
            "SELECT organization_id, segment_id, currency, sum(gift_count)::bigint AS gifts, sum(raised_minor) AS raised,"
            " sum(giver_count)::bigint AS givers FROM giving.segment_tally GROUP BY 1, 2, 3"
            " HAVING sum(gift_count) <> 0 OR sum(raised_minor) <> 0 OR sum(giver_count) <> 0"
        ),
        (
            "SELECT organization_id, segment_id, currency::text, count(*),"
            " sum(amount_minor - reversed_minor + reserved_minor), count(DISTINCT donor_id) FROM giving.gift"
            " WHERE segment_id IS NOT NULL AND NOT is_test_mode GROUP BY 1, 2, 3"
        ),
    ),
    "giving.segment_amount": (
        (
            "SELECT organization_id, segment_id, currency, amount_minor, sum(gift_count)::bigint AS gifts"
            " FROM giving.segment_amount GROUP BY 1, 2, 3, 4 HAVING sum(gift_count) <> 0"
        ),
        (
            "SELECT organization_id, segment_id, currency::text, amount_minor, count(*) FROM giving.gift"
            " WHERE segment_id IS NOT NULL AND NOT is_test_mode GROUP BY 1, 2, 3, 4"
        ),
    ),
    "crm.contact_giving": (
        (
            "SELECT organization_id, contact_id, currency::text, year::int, gift_count, given_minor FROM crm.contact_giving"
            " WHERE gift_count <> 0 OR given_minor <> 0"
        ),
        (
            "SELECT organization_id, contact_id, currency::text, extract(year FROM gift_on)::int,"
            " count(*) FILTER (WHERE reverses_id IS NULL),"
            " sum(amount_minor) FROM crm.gift GROUP BY 1, 2, 3, 4"
        ),
    ),
    "crm.tally": (
        (
            "SELECT organization_id, currency::text, sum(gift_count)::bigint AS n, sum(given_minor) AS minor,"
            " sum(entered_count)::bigint, sum(entered_minor), sum(back_count)::bigint, sum(back_minor)"
            " FROM crm.tally GROUP BY 1, 2 HAVING sum(back_count) <> 0 OR sum(gift_count) <> 0 OR sum(given_minor) <> 0"
        ),
        (
            "SELECT organization_id, currency::text, count(*) FILTER (WHERE reverses_id IS NULL), sum(amount_minor),"
            " count(*) FILTER (WHERE reverses_id IS NULL AND (origin IS NULL OR transaction_source IS NULL)),"
            " coalesce(sum(amount_minor) FILTER"
            " (WHERE reverses_id IS NULL AND (origin IS NULL OR transaction_source IS NULL)), 0),"
            " count(reverses_id), coalesce(sum(amount_minor) FILTER (WHERE reverses_id IS NOT NULL), 0)"
            " FROM crm.gift GROUP BY 1, 2"
        ),
    ),
    "crm.project_giving": (
        (
            "SELECT organization_id, project_id, currency::text, year::int, sum(given_minor) AS minor,"
            " sum(gift_count)::bigint AS gifts, sum(giver_count)::bigint AS givers FROM crm.project_giving"
            " GROUP BY 1, 2, 3, 4 HAVING sum(given_minor) <> 0 OR sum(gift_count) <> 0 OR sum(giver_count) <> 0"
        ),
        (
            "SELECT g.organization_id, a.ancestor_id, g.currency::text, y.year, sum(s.minor),"
            " count(DISTINCT g.id) FILTER (WHERE g.reverses_id IS NULL),"
            " count(DISTINCT g.contact_id) FILTER (WHERE g.reverses_id IS NULL) FROM crm.gift g"
            " CROSS JOIN unnest(g.designation_project_ids, g.designation_minor) AS s (project_id, minor)"
            " JOIN crm.project_ancestor a ON a.organization_id = g.organization_id AND a.project_id = s.project_id"
            " CROSS JOIN LATERAL (VALUES (0), (extract(year FROM g.gift_on)::int)) AS y (year)"
            " GROUP BY 1, 2, 3, 4"
        ),
    ),
}


async def wrong_figures(dsn: str) -> list[str]:
    """Every kept row that a count does not give, and every counted one that is not kept; `dsn` is the owner's."""
    conn = await asyncpg.connect(dsn)
    try:
        return [
            f"{name}: {row}"
            for name, (kept, counted) in FIGURES.items()
            for row in await _differences(conn, kept, counted)
        ]
    finally:
        await conn.close()


async def _differences(conn: Any, kept: str, counted: str) -> list[str]:
    rows = await conn.fetch(
        f"SELECT 'kept ' || x::text AS line FROM (({kept}) EXCEPT ({counted})) x"
        f" UNION ALL SELECT 'counted ' || x::text FROM (({counted}) EXCEPT ({kept})) x"
    )
    return [row["line"] for row in rows]
