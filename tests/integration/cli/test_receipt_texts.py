"""`almoner receipt texts`: what receipts say is shown, edited in a file, tried, set, and brought back to what is built in."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections.abc import Awaitable, Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from almoner.cli.receipt_texts_file import BUILT_IN, read_file, toml_of
from almoner.giving.receipts.sayings import Setting
from almoner.giving.receipts.views import setting_view
from almoner.main import app
from tests.support.desk import Desk
from tests.support.house import House

pytestmark = pytest.mark.anyio
PNG = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
"""One point."""
Texts = Callable[..., Awaitable[Result]]


@pytest.fixture
def texts(own_house: House, dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Texts:
    """Runs `almoner receipt texts` on the organization, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    async def call(*words: str, exits: int = 0, **more: Any) -> Result:
        env = {"ALMONER_DATABASE_URL": dsn, "COLUMNS": "200"}
        command = ["receipt", "texts", *words]
        answer = await asyncio.to_thread(CliRunner().invoke, app, command, env=env, **more)
        assert answer.exit_code == exits, answer.output
        return answer

    return call


def write(file: str, content: str | bytes) -> None:
    Path(file).write_bytes(content.encode() if isinstance(content, str) else content)


def read(file: str) -> bytes:
    return Path(file).read_bytes()


async def kept(house: House) -> Any:
    return await house.tenant.raise_.get("/raise/api/Receipt/setting")


async def test_what_is_shown_can_be_edited_and_set_again(own_house: House, texts: Texts) -> None:
    file = "texts.toml"
    shown = (await texts("show")).stdout
    write(file, shown)
    assert "nothing changes" in (await texts("set", file)).stdout
    assert (await kept(own_house))["templates"] == {}, (
        "what is built in does not become the organization's own"
    )

    edited = shown.replace('legalName = ""', 'legalName = "Helping Hands"').replace(
        "Thank you for your gift of", "Many thanks for"
    )
    write(file, edited)
    assert "Changed: legalName, text." in (await texts("set", file)).stdout
    setting = await kept(own_house)
    assert setting["legalName"] == "Helping Hands" and list(setting["templates"]) == ["text"]
    assert "Many thanks for {{ receipt.amount }}" in setting["templates"]["text"]

    write("again.toml", (await texts("show")).stdout)
    assert "nothing changes" in (await texts("set", "again.toml")).stdout
    document = (await texts("show", "--json")).stdout
    assert json.loads(document) == setting, "it is what the API answers"
    assert "nothing changes" in (await texts("set", "-", input=document)).stdout


async def test_a_broken_text_is_refused_as_over_the_api_and_nothing_is_kept(
    own_house: House, texts: Texts
) -> None:
    said = {"legalName": "Helping Hands", "templates": {"subject": "one\n{{ donor.nmae }}", "sbject": "x"}}
    answer = await own_house.tenant.raise_.call("PATCH", "/raise/api/Receipt/setting", json=said)
    write("texts.json", json.dumps(said))
    refused = (await texts("set", "texts.json", exits=1)).stderr
    for field, sentences in answer.json()["errors"].items():
        assert f"  {field}: {sentences[0]}" in refused
    assert "templates.subject: Line 2: " in refused
    assert (await kept(own_house))["legalName"] is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('legalNam = "x"', "legalNam: There is no such field. Did you mean 'legalName'?"),
        ('subject = "x"', "subject: This is a text: it stands under `[templates]`."),
        ("locale = \"de-CH\"\nlegalName 'x'", "texts cannot be read: Expected '='"),
        ("locale = \"de-CH\"\nlegalName 'x'", "(at line 2, column 11)"),
        ('{"locale": "de-CH",\n "legalName" "x"}', "(at line 2, column 14)"),
        ("isAutomatic = 3", "isAutomatic: "),
        (f'legalName = "{"x" * 201}"', "legalName: "),
    ],
)
async def test_what_cannot_be_read_is_named_with_its_line(text: str, words: str, texts: Texts) -> None:
    write("texts", text)
    assert words in (await texts("set", "texts", exits=1)).stderr


async def test_a_check_keeps_nothing_and_saves_how_the_latest_receipt_would_look(
    own_house: House, texts: Texts, tmp_path: Path
) -> None:
    write("texts.toml", '[templates]\nsubject = "Thanks {{ donor.email }}, {{ receipt.number }}"\n')
    check = ("set", "texts.toml", "--check", "--sample")
    await texts(*check, "invented.eml")
    invented = message_from_bytes(read("invented.eml"), policy=policy.default)
    assert "Thanks ada@example.org" in invented["Subject"]

    await own_house.tenant.give(12.5, "grace@example.org", donor={"firstName": "Grace", "lastName": "Ex"})
    await Desk(own_house, tmp_path).settle()
    said = (await texts(*check, "sample.eml")).stdout
    assert "nothing was kept. It would change: subject." in said and "as sample.eml" in said
    sample = message_from_bytes(read("sample.eml"), policy=policy.default)
    page = await own_house.tenant.raise_.get("/raise/api/Receipt/list")
    assert sample["Subject"] == f"Thanks grace@example.org, {page['items'][0]['number']}"
    body = sample.get_body()
    assert body is not None and "$12.50" in body.get_content()
    assert "takes the place" not in body.get_content(), "it is that receipt, and no other in its place"
    (paper,) = sample.iter_attachments()
    assert paper.get_content()[:5] == b"%PDF-"
    assert (await kept(own_house))["templates"] == {} and page["total"] == 1

    await texts(*check, "sample.pdf")
    assert read("sample.pdf")[:5] == b"%PDF-"
    assert "is there already" in (await texts(*check, "sample.pdf", exits=1)).stderr
    await texts(*check, "sample.pdf", "--force")
    await texts(*check, "sample.doc", exits=2)


async def test_texts_and_fields_go_back_to_what_is_built_in(own_house: House, texts: Texts) -> None:
    write(
        "texts.toml",
        'legalName = "Hands"\n[templates]\nsubject = "Thanks"\nlabel_void = "NULL"\nhtml = "<p>Thanks</p>"\n',
    )
    write("logo.png", PNG)
    changed = (await texts("set", "texts.toml", "--logo", "logo.png")).stdout
    assert "Changed: legalName, logo, subject, html, label_void." in changed
    assert "There is a picture" in (await texts("show")).stdout
    await texts("reset", "subject", "LEGALNAME", "logo")
    setting = await kept(own_house)
    assert (setting["legalName"], setting["hasLogo"]) == (None, False)
    assert sorted(setting["templates"]) == ["html", "label_void"]
    assert "Changed: html, label_void." in (await texts("reset", "--all")).stdout
    assert (await kept(own_house))["templates"] == {}
    assert "Did you mean 'subject'" in (await texts("reset", "sbject", exits=2)).stderr
    assert "--all" in (await texts("reset", exits=2)).stderr
    assert "--logo" in (await texts("set", exits=2)).stderr
    write("logo.png", b"no picture")
    assert "logo: A logo is a PNG or JPEG" in (await texts("set", "--logo", "logo.png", exits=1)).stderr


@pytest.mark.parametrize(
    "text",
    [
        "a\n'b'",
        "a\n'''b'''\nc",
        'a "b" \\ c',
        "a\tb\nc\td",
        "\\u0041\n\\",
        "ends\nwith '",
        "Zoë\n\x7f\u2028",
        "\n a",
    ],
)
def test_a_file_says_every_text_as_it_is(text: str) -> None:
    setting = Setting(templates={"text": text, "paper": "a\r\nb"}, address=text)
    said = read_file(toml_of(setting_view(setting), ["# what?"]).encode(), "texts")
    assert said["templates"]["text"].strip() == text.strip() and said["address"].strip() == text.strip()
    assert said["templates"]["paper"] == "a\nb\n"
    assert {name for name, own in said["templates"].items() if own is None} == BUILT_IN.keys() - {
        "text",
        "paper",
    }
