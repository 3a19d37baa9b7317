"""`almoner migrate`: bring the database up to date."""

from __future__ import annotations

from typing import Annotated

import typer

from almoner.cli.output import AsJson, DataDir, err, out, print_json, run, settings_from
from almoner.platform.database.migrate import migrate, read_plan
from almoner.platform.database.progress import Plan, Progress
from almoner.platform.location import database_for
from almoner.platform.settings import Settings

ShowPlan = Annotated[
    bool,
    typer.Option(
        "--plan", help="Say what would run, and whether others are served meanwhile; change nothing."
    ),
]

HOW = {
    "ahead": "alone, before the others",
    "together": "in one transaction; what needs a table that it changes waits",
    "after": "beside those who serve",
}


def command(data_dir: DataDir = None, plan: ShowPlan = False, as_json: AsJson = False) -> None:
    """Run the migrations that have not run yet. `serve` does this too when it starts.

    Each step is told on standard error when it begins, and how long it took. Cut short, it is begun anew by the next run; two at once: one waits.
    How long upgrades take is told in docs/how-to/operate.md.
    """
    settings = settings_from(data_dir)
    if plan:
        _show(run(_plans(settings)), as_json)
        return
    told = _Told(quiet=as_json)
    ran = run(_migrate(settings, told))
    if as_json:
        print_json({"applied": ran, "seconds": told.seconds})
    elif ran:
        out.print("Applied: " + ", ".join(ran), markup=False, highlight=False, soft_wrap=True)
    else:
        out.print("The database is up to date.")


class _Told(Progress):
    """Steps as they come, on standard error, one line each; `seconds` by step."""

    def __init__(self, *, quiet: bool) -> None:
        self.seconds: dict[str, float] = {}
        self._quiet = quiet
        self._steps: list[str] = []

    def begins(self, plan: Plan) -> None:
        self._steps = plan.steps

    def step(self, name: str) -> None:
        self._say(f"{self._steps.index(name) + 1}/{len(self._steps)} {name} ...")

    def ended(self, name: str, seconds: float) -> None:
        self.seconds[name] = round(seconds, 3)
        self._say(f"    {seconds:.2f} s")

    def waits(self, why: str) -> None:
        self._say(why)

    def left(self, name: str, why: str) -> None:
        self._say(f"{name} was left. {why}")

    def _say(self, text: str) -> None:
        if not self._quiet:
            err.print(text, markup=False, highlight=False, soft_wrap=True)


async def _migrate(settings: Settings, told: _Told) -> list[str]:
    """What ran on the first server, then what ran on each further one, with its name before it."""
    with database_for(settings, make=True) as located:
        ran = await migrate(located.dsn, progress=told)
        for name, address in settings.further_owned.items():
            ran += [f"{name}: {what}" for what in await migrate(address, progress=told)]
        return ran


async def _plans(settings: Settings) -> dict[str, Plan]:
    """What would run, by server; the first has no name. `NoData` where there is no database yet."""
    with database_for(settings) as located:
        plans = {"": await read_plan(located.dsn)}
        return plans | {name: await read_plan(address) for name, address in settings.further_owned.items()}


def _show(plans: dict[str, Plan], as_json: bool) -> None:
    steps = [
        {"server": server, "step": step, "runs": how}
        for server, plan in plans.items()
        for step, how in _how(plan)
    ]
    if as_json:
        print_json({"steps": steps})
    elif not steps:
        out.print("The database is up to date: nothing would run.")
    for step in [] if as_json else steps:
        where = f"{step['server']}: " if step["server"] else ""
        out.print(
            f"{where}{step['step']}: {HOW[step['runs']]}", markup=False, highlight=False, soft_wrap=True
        )


def _how(plan: Plan) -> list[tuple[str, str]]:
    """Each step with the word for how it runs."""
    before, after = len(plan.ahead), len(plan.steps) - len(plan.after)
    return [
        (step, "ahead" if n < before else "after" if n >= after else "together")
        for n, step in enumerate(plan.steps)
    ]
