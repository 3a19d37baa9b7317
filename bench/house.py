"""An organization of a given size in both products, made through the product's own doors, and those who read in it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bench import drain
from bench.line import Line, bearer
from bench.payload import PROJECTS
from bench.prepare import Prepared, execute
from bench.spread import CAMPAIGNS, TREE, returning_donors
from bench.stand import Server, Stand, run_module

BATCH = 128
"""Gifts a call: larger batches are slower, for a batch is joined with itself."""

DRAIN_SECONDS_MAX = 1800.0


@dataclass(frozen=True, slots=True)
class Loaded:
    """A full organization: its database, how many gifts it has, its campaigns, and how long filling it took."""

    at: Prepared
    gifts: int
    campaign_ids: tuple[int, ...]
    seconds: float


def load(stand: Stand, gifts: int, seed: int) -> Loaded:
    """Make an organization with this many gifts on both sides; the sync works while they are written.

    Tables are vacuumed and analyzed at the end, as autovacuum would have done by then.
    """
    started = time.monotonic()
    at = stand.database(f"bench_reads_{gifts}")
    arguments = ["--dsn", at.dsn, "--organization", str(at.organization_id), "--seed", str(seed)]
    arguments += ["--gifts", str(gifts), "--batch", str(BATCH), "--returning", str(returning_donors(gifts))]
    with stand.serving(at) as server:
        campaign_ids = _furnish(server)
        arguments += ["--campaigns", *map(str, campaign_ids), "--codes", *PROJECTS, *TREE]
        run_module("bench.peers.driver", arguments)
        drain.await_empty(at.dsn, DRAIN_SECONDS_MAX)
    drain.check_equal(at.dsn)
    execute(at.dsn, "VACUUM (ANALYZE)")
    execute(at.dsn, "CHECKPOINT")
    return Loaded(at, gifts, campaign_ids, time.monotonic() - started)


def _furnish(server: Server) -> tuple[int, ...]:
    """Campaigns, and the tree of projects: in the CRM with parents, in giving flat."""
    raise_, crm = Line(server.port, bearer(server.at.token)), Line(server.port, bearer(server.at.crm_token))
    for code, parent in TREE.items():
        parent_id = crm.get(f"/crm/api/Project/Code/{parent}")["id"]
        crm.post("/crm/api/Project", {"name": code, "projectCode": code, "parentId": parent_id})
        raise_.post("/raise/api/Project", {"name": code, "code": code})
    made = [
        raise_.post(
            "/raise/api/Campaign", {"name": f"Campaign {number}", "startDate": "2026-01-01T00:00:00Z"}
        )
        for number in range(CAMPAIGNS)
    ]
    raise_.close()
    crm.close()
    return tuple(campaign["id"] for campaign in made)


def console_headers(stand: Stand, server: Server) -> dict[str, str]:
    """Sign in to the console as a browser does; answers what its requests carry."""
    at = server.at
    url = f"http://127.0.0.1:{server.port}"
    link = stand.command(
        at.almoner, at.dsn, "console", "link", "--org", str(at.organization_id), "--url", url
    )
    door = Line(server.port, {"Accept": "text/html"})
    cookie = door.form("/console/sign-in", {"token": link["signInUrl"].partition("token=")[2]})
    door.close()
    return {"Accept": "text/html", "Cookie": cookie}
