"""A terminal in which a page is typed: one shell in a folder and a home of its own."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.docs.samples import ROOT, Block, pattern_of

SECONDS = 90
"""Longest time that one command takes, on a machine that has much else to do."""
PATIENCE = 20
VENV = ROOT / ".venv"


class Terminal:
    """Types blocks, and says what was shown instead of what a page shows. `words` stand for others, such as a port for the usual one."""

    def __init__(self, folder: Path, environment: Mapping[str, str], words: Mapping[str, str]) -> None:
        self.folder = folder
        self._words = words
        self._staying: list[subprocess.Popen[bytes]] = []
        (folder / ".venv").symlink_to(VENV)
        (folder / "dev").write_text(f'#!/bin/sh\nexec "{ROOT}/dev" "$@"\n')
        (folder / "dev").chmod(0o755)
        self._environment = self._clean() | dict(environment)
        self._shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile"],
            cwd=folder,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _clean(self) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("ALMONER_", "PYTEST_"))
        }
        place = {"HOME": str(self.folder), "COLUMNS": "110", "TERM": "dumb", "NO_COLOR": "1"}
        tools = [
            VENV / "bin",
            ROOT / ".clients" / "node_modules" / ".bin",
            ROOT / ".clients" / "venv" / "bin",
        ]
        return kept | place | {"PATH": os.pathsep.join((*map(str, tools), kept["PATH"]))}

    def _listen(self) -> None:
        assert self._shell.stdout is not None
        with self._shell.stdout as told:
            for line in told:
                self._lines.put(line.decode(errors="replace").replace("\r", ""))

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._staying):
            process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
        with suppress(ProcessLookupError):
            os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.wait()
        assert self._shell.stdin is not None
        self._shell.stdin.close()
        self._listener.join(5)

    def put(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._said(text))

    def type(self, block: Block) -> None:
        """Type a block; fails where something else is shown, or a command ends otherwise than it should."""
        steps = block.steps()
        for number, (command, shown) in enumerate(steps):
            is_last = number == len(steps) - 1
            if block.kind == "stays":
                self.stay(self._said(command), self._said(shown), block)
                continue
            wanted = int(block.words) if block.kind == "ends with" and is_last else 0
            until = time.monotonic() + (PATIENCE if block.kind == "again" and is_last else 0)
            told, code = self.run(self._said(command))
            while not self._fits(shown, told) and time.monotonic() < until:
                time.sleep(0.1)
                told, code = self.run(self._said(command))
            assert code == wanted, f"{block}: $ {command}\nended with {code}, not {wanted}, and said:\n{told}"
            assert self._fits(shown, told), (
                f"{block}: $ {command}\nsaid:\n{told}\nnot what is shown:\n{shown}"
            )

    def _fits(self, shown: str, told: str) -> bool:
        return not shown or pattern_of(self._said(shown)).fullmatch(told) is not None

    def _said(self, text: str) -> str:
        for word, instead in self._words.items():
            text = text.replace(word, instead)
        return text

    def run(self, command: str) -> tuple[str, int]:
        """What a command prints, and its status."""
        mark = f"ended-{uuid.uuid4().hex}"
        assert self._shell.stdin is not None
        self._shell.stdin.write(f"{{ {command}\n}} </dev/null\nprintf '\\n%s %s\\n' {mark} $?\n".encode())
        self._shell.stdin.flush()
        told, until = "", time.monotonic() + SECONDS
        while mark not in told:
            try:
                told += self._lines.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"$ {command}\ndoes not end; it said:\n{told}") from None
        text, _, ending = told.rpartition(f"{mark} ")
        text = text.removesuffix("\n")  # ours, before the mark
        return text if text.endswith("\n") or not text else f"{text}\n", int(ending)

    def stay(self, command: str, shown: str, block: Block) -> None:
        """Start a command that goes on running; return when it has said what the block names, below what is shown."""
        log = self.folder / f"stays-{len(self._staying)}.log"
        exported, _ = self.run("export -p")
        with log.open("wb") as out:
            process = subprocess.Popen(
                ["bash", "-c", f"{exported}\nexec {command}"],
                cwd=self.folder,
                env=self._environment,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self._staying.append(process)
        until = time.monotonic() + SECONDS
        while block.words not in log.read_text():
            told = f"{block}: $ {command}\nsaid:\n{log.read_text()}"
            assert process.poll() is None, f"{told}\nand ended with {process.returncode}"
            assert time.monotonic() < until, f"{told}\nand not {block.words!r}"
            time.sleep(0.05)
        assert not shown or pattern_of(shown).match(log.read_text()), (
            f"{block}: $ {command}\nsaid:\n{log.read_text()}"
        )
