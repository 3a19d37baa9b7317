"""The `almoner` command: all commands under one name."""

from __future__ import annotations

from typing import Annotated

import typer

from almoner import __version__
from almoner.cli.deferred import Deferred, group_of
from almoner.platform.program import program

RUN, WORK, REFERENCE = "Run it", "Work with it", "Look up"
"""The groups of `almoner --help`, in its order."""

COMMANDS = (
    Deferred(
        "serve",
        "almoner.app.command",
        "Run the web server, the workers and the embedded database until stopped.",
        RUN,
    ),
    Deferred(
        "demo",
        "almoner.demo.run",
        "Give invented gifts through the API, watch them reach the CRM, and compare both sides to the cent.",
        RUN,
    ),
    Deferred(
        "doctor",
        "almoner.cli.doctor",
        "Check installation, data folder, database, clock, pending work and kept figures, and say what to do about each finding.",
        RUN,
    ),
    Deferred(
        "migrate",
        "almoner.cli.migrate",
        "Run the migrations that have not run yet. `serve` does this too when it starts.",
        RUN,
    ),
    Deferred("org", "almoner.cli.org", "Organizations (tenants) and their tokens.", WORK),
    Deferred("console", "almoner.cli.console", "The web console.", WORK),
    Deferred("user", "almoner.cli.user", "Users: people who sign in, with what their group allows.", WORK),
    Deferred("group", "almoner.cli.group", "Permission groups: what users and keys may do.", WORK),
    Deferred("key", "almoner.cli.key", "API keys: hashed, scoped, revocable.", WORK),
    Deferred(
        "give",
        "almoner.cli.give",
        "Give every row of a CSV file. Running it again is harmless: what is there already is left alone.",
        WORK,
    ),
    Deferred(
        "gift", "almoner.cli.gift", "Gifts: enter a file of them in the CRM, give money of one back.", WORK
    ),
    Deferred("donor", "almoner.cli.donor", "Donors: who they are, merged, moved and erased.", WORK),
    Deferred(
        "campaign", "almoner.cli.campaign", "Campaigns of the CRM: goals, projects and what came.", WORK
    ),
    Deferred(
        "custom-field", "almoner.cli.custom_field", "Fields that an organization adds to its records.", WORK
    ),
    Deferred("sync", "almoner.cli.sync", "The sync from giving to the CRM.", WORK),
    Deferred(
        "payments",
        "almoner.cli.payments",
        "Payments: what gateways were asked to take, and what became of it.",
        WORK,
    ),
    Deferred(
        "receipt", "almoner.cli.receipt", "Receipts of gifts, what they say, and statements of a year.", WORK
    ),
    Deferred(
        "gateway",
        "almoner.cli.gateway",
        "The account through which gifts are paid, and what its processor said.",
        WORK,
    ),
    Deferred(
        "psql",
        "almoner.cli.psql",
        "Open psql on the database as its owner, who may mend rows; beside a running server, or on the stopped one's data.",
        WORK,
        {"ignore_unknown_options": True, "allow_interspersed_args": True},
    ),
    Deferred(
        "events",
        "almoner.cli.events",
        "List the kinds of events of each log; with `--json`, the JSON Schema of the record that each tells of.",
        REFERENCE,
    ),
    Deferred("version", "almoner.cli.version", "Print the version.", REFERENCE),
)
app = typer.Typer(
    name="almoner",
    cls=group_of(*COMMANDS),
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, metavar="", help="Print the version."
        ),
    ] = False,
) -> None:
    """Online giving and a donor CRM, kept in step by a one-way sync that can be proved."""


def main() -> None:
    """Run the command line, under the name that it was called by."""
    app(prog_name=program())
