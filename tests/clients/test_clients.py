"""Both OpenAPI documents pass the linters of the field, and typed clients made from them compile strictly and work."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from openapi_spec_validator import validate

from tests.support.house import House
from tests.support.samples import PRODUCTS
from tests.support.site import served

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(240)]

HERE = Path(__file__).parent
TOOLS = HERE.parents[1] / ".clients"
"""What `./dev setup` puts there."""
BIN = TOOLS / "node_modules" / ".bin"
PYTHON = TOOLS / "venv" / "bin"
SECONDS = 200
FOUND = "You have"
"""How redocly begins to count what it found."""


@dataclass
class Bench:
    """A folder with both documents, and the server that they are of."""

    folder: Path
    url: str
    house: House

    async def run(self, *command: str | Path) -> str:
        """What a command prints; it must succeed."""
        path = os.pathsep.join((str(PYTHON), str(BIN), os.environ["PATH"]))
        process = await asyncio.create_subprocess_exec(
            *map(str, command),
            cwd=self.folder,
            env={**os.environ, "PATH": path, "REDOCLY_TELEMETRY": "off"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await asyncio.wait_for(process.communicate(), SECONDS)
        assert process.returncode == 0, told.decode()
        return told.decode()

    async def lint(self, product: str) -> str:
        """What redocly says of a document."""
        return await self.run(BIN / "redocly", "lint", "--config", "redocly.yaml", f"{product}.json")

    @property
    def access(self) -> tuple[str, str, str]:
        """What a client is started with: address and tokens."""
        organization = self.house.tenant.organization
        return self.url, organization.raise_token, organization.crm_token


@pytest.fixture
async def bench(own_house: House, tmp_path: Path) -> AsyncIterator[Bench]:
    """Both documents as a partner gets them, beside what is kept in this folder."""
    if not (TOOLS / ".stamp").exists():
        pytest.skip("what generates clients is not installed (./dev setup, with npm): no client was tried")
    for file in ("client.ts", "client.py", "tsconfig.json", "mypy.ini", "redocly.yaml", "package.json"):
        shutil.copy(HERE / file, tmp_path)
    (tmp_path / "node_modules").symlink_to(TOOLS / "node_modules")
    async with served(own_house) as url:
        async with httpx.AsyncClient(base_url=url) as client:
            for product in PRODUCTS:
                answer = await client.get(f"/{product}/openapi.json")
                (tmp_path / f"{product}.json").write_bytes(answer.content)
        yield Bench(tmp_path, url, own_house)


async def test_both_documents_are_valid_and_redocly_finds_nothing(bench: Bench) -> None:
    for product in PRODUCTS:
        validate(json.loads((bench.folder / f"{product}.json").read_text(encoding="utf-8")))
        assert FOUND not in await bench.lint(product)


async def test_what_redocly_finds_is_seen(bench: Bench) -> None:
    document = bench.folder / "raise.json"
    told = json.loads(document.read_text(encoding="utf-8"))
    del told["info"]["license"]
    document.write_text(json.dumps(told), encoding="utf-8")
    assert f"{FOUND} 1 warning" in await bench.lint("raise")


async def test_a_client_in_typescript_compiles_strictly_and_gives(bench: Bench) -> None:
    for product in PRODUCTS:
        await bench.run(BIN / "openapi-typescript", f"{product}.json", "-o", f"{product}.d.ts")
    await bench.run(BIN / "tsc", "--project", ".")
    told = json.loads(await bench.run("node", "client.js", *bench.access))
    assert told == {
        "same": True,
        "replayed": "true",
        "contact": "Ada Example",
        "code": "VALIDATION_FAILED",
        "fields": ["amount"],
    }


async def test_a_client_in_python_passes_mypy_strictly_and_gives(bench: Bench) -> None:
    for product in PRODUCTS:
        await bench.run(
            PYTHON / "openapi-python-client",
            *("generate", "--path", f"{product}.json", "--output-path", f"c_{product}", "--meta", "none"),
        )
    await bench.run(
        Path(sys.executable).with_name("mypy"),
        "--python-executable",
        PYTHON / "python",
        "client.py",
        "c_raise",
        "c_crm",
    )
    told = json.loads(await bench.run(PYTHON / "python", "client.py", *bench.access))
    assert told == {"same": True, "contact": "Ada Example", "code": "VALIDATION_FAILED", "fields": ["amount"]}
