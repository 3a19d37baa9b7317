"""What a run of migrations is going to do, and what is told while it runs to whoever waits for it."""

from __future__ import annotations

from dataclasses import dataclass

from almoner.platform.database.connection import Connection
from almoner.platform.database.files import Files, SqlFile
from almoner.platform.database.ledger import adopted, pending, read_applied

CODE = "code"
"""The step in which all code is made anew."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of a run, in the order in which they run.

    `ahead`: each in a transaction of its own, before the others. `together`: in one transaction, with the code when
    `makes_code`. `after`: outside of transactions, beside those who serve. `is_first`: nothing ever ran here.
    """

    ahead: list[SqlFile]
    together: list[SqlFile]
    after: list[SqlFile]
    makes_code: bool
    is_first: bool

    @property
    def steps(self) -> list[str]:
        """The names of all steps; none when the database is up to date."""
        code = [CODE] if self.makes_code else []
        return [*_names(self.ahead), *_names(self.together), *code, *_names(self.after)]


async def plan_for(conn: Connection, files: Files) -> Plan:
    """What a run would do now, without a change to the database; `MigrationError` when it would refuse."""
    applied = await read_applied(conn)
    taken_over = set(_names(await adopted(conn, files.migrations)))
    todo = [file for file in pending(files.migrations, applied.migrations) if file.name not in taken_over]
    rest = [file for file in todo if not file.runs_after]
    ahead = rest[: next((n for n, file in enumerate(rest) if not file.runs_ahead), len(rest))]
    return Plan(
        ahead,
        rest[len(ahead) :],
        [file for file in todo if file.runs_after],
        makes_code=bool(rest) or applied.code != files.code_checksum,
        is_first=not applied.migrations and not taken_over,
    )


class Progress:
    """Told of each step of a run; this one passes nothing on. Whoever passes something on overrides what it takes."""

    def begins(self, plan: Plan) -> None:
        """The run has its turn, and has steps to do."""

    def step(self, name: str) -> None:
        """A step begins; again, when its transaction is begun anew."""

    def ended(self, name: str, seconds: float) -> None:
        """The step is over, after so long."""

    def waits(self, why: str) -> None:
        """Nothing moves for now, for the reason that the sentence says."""

    def left(self, name: str, why: str) -> None:
        """A step is left to the next run: everything is right without it."""


def _names(files: list[SqlFile]) -> list[str]:
    return [file.name for file in files]
