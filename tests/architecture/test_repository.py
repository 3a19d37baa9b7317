"""The repository around the source: decisions, requirements, scripts, and what must not be written anywhere."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, repository_files

# The brackets keep these patterns from finding themselves.
MACHINE = re.compile(
    r"(?<![\w.])/(?:wor[k]|roo[t]|hom[e]/\w+|Users/\w+)/"  # folders of one machine
    r"|pyp[i]\.org|pythonhoste[d]\.org|[-]-(?:extra-)?index-url|[-]-find-links"  # package registries
    r"|registry\.npmj[s]\.org"
)
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))


def test_no_file_names_a_machine_or_a_registry() -> None:
    if not repository_files():
        pytest.skip("not a git checkout: no list of files")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match.group()}"
        for path in repository_files()
        for number, line in enumerate(lines_of(path), start=1)
        if (match := MACHINE.search(line))
    ]
    assert not found, "\n".join(found)


def lines_of(path: Path) -> list[str]:
    """The lines of a text file; none of a binary one."""
    content = path.read_bytes()
    return [] if b"\0" in content else content.decode("utf-8", errors="replace").splitlines()


def test_decisions_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [name[:4] for name in names]
    assert numbers == [f"{number:04}" for number in range(1, len(names) + 1)], names


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_every_requirement_is_exact_and_hashed(path: Path) -> None:
    loose = [
        f"{path.relative_to(ROOT)}: {entry.split()[0]}"
        for entry in entries(path)
        if not re.match(r"[a-z0-9][a-z0-9.-]*==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)
    ]
    assert not loose, "\n".join(loose)


def test_requirements_hold_all_that_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {
        "runtime.txt": project["dependencies"],
        "dev.txt": [*project["dependencies"], *project["optional-dependencies"]["dev"]],
    }
    missing = [
        f"requirements/{file}: {name}"
        for file, wanted in declared.items()
        for name in sorted({distribution(one) for one in wanted} - pins(file).keys())
    ]
    assert not missing, "\n".join(missing)


def test_dev_requirements_agree_with_those_of_runtime() -> None:
    runtime, dev = pins("runtime.txt"), pins("dev.txt")
    apart = [
        f"{name}: {runtime[name]}, {dev.get(name)}" for name in runtime if runtime[name] != dev.get(name)
    ]
    assert not apart, "\n".join(apart)


def distribution(requirement: str) -> str:
    """The name at the start of a requirement."""
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower()


def pins(file: str) -> dict[str, str]:
    """Distribution to exact version."""
    exact = (entry.split()[0].partition("==") for entry in entries(ROOT / "requirements" / file))
    return {name: version for name, _, version in exact}


def entries(path: Path) -> list[str]:
    """Requirements with their hashes, one to a string."""
    joined = path.read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.strip() for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def test_dev_is_a_posix_script() -> None:
    parsed = subprocess.run(["sh", "-n", "dev"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert parsed.returncode == 0, parsed.stderr


@pytest.mark.parametrize("name", ["dev", ".ci/run"])
def test_scripts_can_be_run(name: str) -> None:
    assert (ROOT / name).stat().st_mode & 0o100, name
