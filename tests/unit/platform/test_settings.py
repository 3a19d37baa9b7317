"""Where settings come from, who wins, and what a bad one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from almoner.platform.setting_sources import load_settings, unknown_variables
from almoner.platform.settings import Settings, SettingsError
from tests.support.closed import closed


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A settings file in a data folder."""
    return tmp_path / "almoner.toml"


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings({}, data_dir=tmp_path) == Settings(data_dir=tmp_path)


def test_the_environment_names_every_setting(tmp_path: Path) -> None:
    given = {"ALMONER_DATA_DIR": str(tmp_path), "ALMONER_PORT": "9000", "ALMONER_POSTGRES_TCP": "true"}
    assert load_settings(given) == Settings(data_dir=tmp_path, port=9000, postgres_tcp=True)


def test_an_empty_variable_is_as_good_as_none(tmp_path: Path) -> None:
    assert load_settings({"ALMONER_DATA_DIR": str(tmp_path), "ALMONER_PORT": ""}).port == Settings().port


def test_the_file_lies_in_the_data_folder(file: Path) -> None:
    file.write_text('port = 9001\nraise_host = "give.example.org"\n')
    read = load_settings({"ALMONER_DATA_DIR": str(file.parent)})
    assert (read.port, read.raise_host) == (9001, "give.example.org")


def test_the_file_can_lie_elsewhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "other.toml"
    elsewhere.write_text("port = 9002\n")
    assert load_settings({"ALMONER_CONFIG": str(elsewhere)}, data_dir=tmp_path).port == 9002
    assert load_settings({}, elsewhere, data_dir=tmp_path).port == 9002


def test_the_call_beats_the_environment_and_that_beats_the_file(file: Path) -> None:
    file.write_text("port = 1\npool_size = 2\nhost = 'file'\n")
    environ = {"ALMONER_PORT": "3", "ALMONER_POOL_SIZE": "4"}
    read = load_settings(environ, data_dir=file.parent, port=5, pool_size=None)
    assert (read.port, read.pool_size, read.host) == (5, 4, "file")


BAD = {
    "further_servers": "postgresql://without-a-name/db",
    "postgres_tcp": "perhaps",
    "pool_size": "1",
    "port": "65536",
    "body_bytes_max": "1023",
    "page_take_max": "1001",
    "give_writers": "two",
    "sync_poll_seconds": "0",
    "token_cache_seconds": "-1",
    "log_level": "loud",
    "log_format": "xml",
}


@pytest.mark.parametrize(("name", "value"), BAD.items())
def test_a_bad_variable_is_named_with_its_source(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"'{name}' in the environment"):
        load_settings({f"ALMONER_{name.upper()}": value}, data_dir=tmp_path)


@pytest.mark.parametrize(
    ("line", "name"),
    [("port = 'many'", "port"), ("port = -1", "port"), ("data_dir = 5", "data_dir"), ("prot = 8700", "prot")],
)
def test_a_bad_line_of_the_file_is_named_with_the_file(file: Path, line: str, name: str) -> None:
    file.write_text(line)
    with pytest.raises(SettingsError, match=f"'{name}' in .*almoner.toml"):
        load_settings({}, data_dir=file.parent)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("prot = 8700", "There is no such setting. Did you mean `port`?"),
        ("pulbic_url = ''", "There is no such setting. Did you mean `public_url`?"),
        ("colour = 'red'", "There is no such setting."),
        ("port = 'many'", "Expected a whole number, got text. It is: Port of the web server"),
        ("port = 70000", "Expected a whole number of at most 65535. It is: "),
        ("public_url = 'giving.example.org'", "Expected text of another form. It is: Address users see"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(file: Path, line: str, said: str) -> None:
    file.write_text(line)
    with pytest.raises(SettingsError) as refused:
        load_settings({}, data_dir=file.parent)
    assert str(refused.value).startswith(f"Setting '{line.split(maxsplit=1)[0]}' in {file}: {said}")
    if said.endswith("setting."):
        assert str(refused.value).endswith(said)


def test_a_misspelt_variable_is_told_with_the_one_that_was_meant() -> None:
    environ = {
        "ALMONER_PROT": "1",
        "ALMONER_PORT": "1",
        "ALMONER_CONFIG": "",
        "ALMONER_TOKEN": "",
        "HOME": "/",
    }
    assert unknown_variables(environ, ["ALMONER_TOKEN"]) == [
        "No setting has the name ALMONER_PROT. Did you mean `ALMONER_PORT`?"
    ]


def test_a_data_folder_of_another_account_is_named_and_no_file_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(monkeypatch, tmp_path)
    with pytest.raises(SettingsError, match="data_dir") as refused:
        load_settings({}, data_dir=tmp_path)
    assert f"{tmp_path} may not be entered by this account." in str(refused.value)
    assert "almoner.toml" not in str(refused.value)


def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("")
    with pytest.raises(SettingsError, match=f"{place} is not a folder"):
        load_settings({}, data_dir=place)


def test_a_bad_option_of_a_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="'port' in the call"):
        load_settings({}, data_dir=tmp_path, port=70_000)


def test_a_value_that_is_hidden_by_a_better_one_must_still_be_good(file: Path) -> None:
    file.write_text("port = 70000")
    with pytest.raises(SettingsError, match=r"almoner\.toml"):
        load_settings({"ALMONER_PORT": "8700"}, data_dir=file.parent)


@pytest.mark.parametrize("content", [b"port = ", b"port = 1\nport = 2", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_named(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"almoner\.toml cannot be read"):
        load_settings({}, data_dir=file.parent)


def test_a_file_that_was_asked_for_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml does not exist"):
        load_settings({"ALMONER_CONFIG": str(tmp_path / "none.toml")}, data_dir=tmp_path)
