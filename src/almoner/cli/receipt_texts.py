"""`almoner receipt texts`: what receipts and their letters say, shown, set from a file, and brought back to what is built in."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from almoner.cli.output import (
    USAGE,
    AsJson,
    DataDir,
    Org,
    fail,
    opened_database,
    out,
    print_json,
    run,
    settings_from,
    write_private,
)
from almoner.cli.receipt_texts_file import FIELDS, read_file, toml_of
from almoner.giving.receipts import sayings
from almoner.giving.receipts.defaults import NAMES
from almoner.giving.receipts.mailer import letter_of
from almoner.giving.receipts.paper import press_of, printed
from almoner.giving.receipts.sayings import Setting
from almoner.giving.receipts.trial import Trial, try_setting
from almoner.giving.receipts.views import setting_view
from almoner.kernel.clock import SystemClock
from almoner.kernel.errors import Invalid
from almoner.kernel.text import did_you_mean
from almoner.platform.mail import message_of
from almoner.platform.mail.message import Attachment
from almoner.platform.program import typed
from almoner.platform.settings import Settings
from almoner.platform.wire import told, wire_name
from almoner.tenants.choice import chosen_organization

app = typer.Typer(
    help="What receipts and their letters say: shown, set from a file, brought back to what is built in.",
    no_args_is_help=True,
)

STDIN = "-"
PAPER, LETTER = ".pdf", ".eml"
_EMPTIED = {name.lower(): name for name in (*NAMES, *FIELDS[2:], "logo")}
"""What can be as if nothing had been said: all but whether gifts are receipted at all."""


def _file_of_sample(text: str) -> Path:
    file = Path(text)
    if file.suffix.lower() not in (PAPER, LETTER):
        raise typer.BadParameter("Name a file that ends in .pdf (the paper) or .eml (the letter with it).")
    return file


def _name_of(text: str) -> str:
    if text.lower() not in _EMPTIED:
        raise typer.BadParameter(
            f"There is no such text or field as '{text[:40]}'.{did_you_mean(text, _EMPTIED.values())}"
        )
    return _EMPTIED[text.lower()]


@app.command("show")
def show(org: Org = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show what receipts say, in a form that can be saved, edited and set again."""
    setting = run(_read(settings_from(data_dir), org))
    view = setting_view(setting)
    if as_json:
        print_json(told(view))
        return
    # As it is: what is saved is to be read again, and rich would turn tabs into blanks.
    typer.echo(toml_of(view, _heading(setting)), nl=False)


def _heading(setting: Setting) -> Iterator[str]:
    yield f"What receipts say. Save this, edit it, and set it with: {typed('receipt texts set FILE')}"
    yield "A line that is left out changes nothing; an empty text is as if it had not been said. A text that is left"
    yield "as it is built in stays built in."
    if setting.logo is not None:
        yield f"There is a picture; another comes with --logo, and it goes with: {typed('receipt texts reset logo')}"


@app.command("set")
def set_(
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]",
            help="What is to be said: TOML as `show` prints it, or the JSON of the API; - for standard input.",
        ),
    ] = None,
    logo: Annotated[
        Path | None, typer.Option("--logo", metavar="FILE", help="A picture for the paper: PNG or JPEG.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", metavar="", help="Only try it: nothing is kept.")] = False,
    sample: Annotated[
        Path | None,
        typer.Option(
            "--sample",
            parser=_file_of_sample,
            metavar="FILE",
            help="Save how the latest receipt would look with it, or an invented one where there is none: the paper as .pdf, or the letter with it as .eml. The paper is marked as a sample.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", metavar="", help="Save the sample also over a file that is there.")
    ] = False,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let receipts and letters say what a file says; what it does not name stays.

    Every text is tried with samples first, and nothing is kept if one is broken. Receipts that were written say what they said.
    """
    if file is None and logo is None:
        fail("Name a file of texts, or a picture with --logo.", USAGE)
    if sample is not None and sample.exists() and not force:
        fail(f"{sample} is there already. Name another with --sample, or write over it with --force.")
    texts = None if file is None else _bytes(file)
    picture = {} if logo is None else {"logo": b64encode(_bytes(str(logo))).decode()}

    name = "Standard input" if file == STDIN else str(file)

    def say() -> dict[str, Any]:
        return {**({} if texts is None else read_file(texts, name)), **picture}

    kind = None if sample is None else sample.suffix.lower()
    was, since, content = run(_changed(settings_from(data_dir), org, say, kind, keeps=not check))
    if sample is not None:
        _save(sample, content)
    _tell(was, since, as_json=as_json, is_kept=not check)
    if sample is not None and not as_json:
        _say(f"Saved a sample as {sample}.")


@app.command("reset")
def reset(
    name: Annotated[
        list[str] | None,
        typer.Argument(
            parser=_name_of,
            metavar="NAME",
            help="A text as `show` names it, another field, or `logo`; repeatable.",
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", metavar="", help="All texts; name, address and picture stay.")
    ] = False,
    org: Org = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Go back to the texts that are built in, and let other fields say nothing. `show` saves what there is before."""
    if not name and not every:
        fail("Name what is to go back to what is built in, or say --all for all texts.", USAGE)
    names = [*(name or []), *(NAMES if every else ())]
    texts = {each: None for each in names if each in NAMES}
    fields = {wire_name(field): field for field in (*sayings.SINGLE, "logo")}
    said: dict[str, Any] = {fields[each]: None for each in names if each in fields}
    if texts:
        said["templates"] = texts
    was, since, _ = run(_changed(settings_from(data_dir), org, lambda: said, None, keeps=True))
    _tell(was, since, as_json=as_json, is_kept=True)


def _tell(was: Setting, since: Setting, *, as_json: bool, is_kept: bool) -> None:
    if as_json:
        print_json(told(setting_view(since)))
        return
    changes = ", ".join(_changes(was, since))
    if not changes:
        _say("Receipts say that already: nothing changes.")
    else:
        _say(
            f"Changed: {changes}."
            if is_kept
            else f"It can be set; nothing was kept. It would change: {changes}."
        )


def _changes(was: Setting, since: Setting) -> Iterator[str]:
    for name in Setting.__struct_fields__:
        if name != "templates" and getattr(was, name) != getattr(since, name):
            yield wire_name(name)
    yield from (name for name in NAMES if was.templates.get(name) != since.templates.get(name))


async def _read(settings: Settings, org: int | None) -> Setting:
    async with opened_database(settings) as db, db.tenant(await chosen_organization(db, org)) as tx:
        return await sayings.read_setting(tx)


async def _changed(
    settings: Settings, org: int | None, say: Callable[[], dict[str, Any]], kind: str | None, *, keeps: bool
) -> tuple[Setting, Setting, bytes]:
    """What receipts say, what they say once that is changed, and a sample of that as a file of this kind."""
    now = SystemClock().now()
    async with opened_database(settings) as db:
        organization_id = await chosen_organization(db, org)
        said = say()
        async with db.tenant(organization_id) as tx:
            was = await sayings.read_setting(tx)
            tried = await try_setting(tx, said, now, settings.mail_from)
        sample = b"" if kind is None else await _sample(settings, tried, kind)
        if not keeps:
            return was, tried.setting, sample
        async with db.tenant(organization_id) as tx:
            return was, await sayings.change_setting(tx, said, now), sample


async def _sample(settings: Settings, tried: Trial, kind: str) -> bytes:
    paper = await printed(press_of(settings.receipt_fonts), tried.sheet)
    if kind == PAPER:
        return paper
    attachment = Attachment(f"receipt-{tried.number}.pdf", "application/pdf", paper)
    letter = letter_of("almoner.sample", tried.content, tried.address, tried.sheet.at, [attachment])
    try:
        return message_of(letter).as_bytes()
    except ValueError as error:
        raise Invalid(f"The letter cannot be written: {error}.") from None


def _bytes(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == STDIN else Path(file).read_bytes()
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror or error}.", USAGE)


def _save(file: Path, content: bytes) -> None:
    try:
        write_private(file, content, over=True)
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror or error}")


def _say(sentence: str) -> None:
    out.print(sentence, markup=False, highlight=False, soft_wrap=True)
