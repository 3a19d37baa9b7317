"""schemathesis as a whole over one document: every phase, right and wrong requests, every check; what is tolerated, with its reason."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.engine.recorder import ScenarioRecorder

LONG = os.environ.get("ALMONER_EXPLORE")
"""How many examples of each operation, phase and mode a long run takes; other ones each time."""
EXAMPLES = 6
PHASES = ("examples", "coverage", "fuzzing", "stateful")

Failure: TypeAlias = Any
Case: TypeAlias = Any
Response: TypeAlias = Any
Tolerance: TypeAlias = Callable[[Failure, Case, Response], bool]


@dataclass
class Explored:
    """What a run found wrong, and what it did: requests by phase."""

    problems: dict[str, str] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    served: set[str] = field(default_factory=set)
    """The operations that succeeded at least once."""

    def __str__(self) -> str:
        """Each problem once."""
        return "\n\n".join(self.problems.values())


def explore(
    document: Mapping[str, Any],
    url: str,
    token: str,
    tolerates: Tolerance | None = None,
    *,
    examples: int = EXAMPLES,
    phases: Collection[str] = PHASES,
    app: Any = None,
) -> Explored:
    """Send what the document of the API at `url` makes one think of, and hold every answer against it.

    Takes the same examples each time, unless it is a long run. `app`: the application itself, where nobody listens.
    """
    schema: Any = schemathesis.openapi.from_dict(dict(document), config=_config(url, token, examples, phases))
    schema.app = app
    if tolerates is not None:

        @schema.hook
        def filter_failure(_context: Any, failure: Failure, case: Case, response: Response) -> bool:
            return not tolerates(failure, case, response)

    explored = Explored()
    for event in from_schema(schema).execute():
        if isinstance(event, ScenarioFinished):
            explored.requests[event.phase.value] += len(event.recorder.cases)
            explored.served |= set(_served(event.recorder))
            for name, problem in _failures(event.recorder):
                explored.problems.setdefault(name, problem)
        elif isinstance(event, NonFatalError):
            explored.problems.setdefault(f"{event.label} {event.value}", f"{event.label}: {event.value!r}")
        elif isinstance(event, FatalError):
            raise event.exception
    return explored


def _config(url: str, token: str, examples: int, phases: Collection[str]) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict({
        "base-url": url,
        "headers": {"Authorization": f"Bearer {token}"},
        "continue-on-failure": True,
        "request-timeout": 15,
        "checks": {"enabled": True},
        "phases": {name: {"enabled": name in phases} for name in PHASES},
        "generation": {
            "mode": "all",
            "max-examples": int(LONG or examples),
            "deterministic": LONG is None,
            "no-shrink": True,
            "database": "none",
        },
    })  # fmt: skip


def _served(recorder: ScenarioRecorder) -> Iterator[str]:
    for case_id, interaction in recorder.interactions.items():
        answer, node = interaction.response, recorder.cases.get(case_id)
        if node is not None and answer is not None and 200 <= answer.status_code < 300:
            yield f"{node.value.method} {node.value.operation.path}"


def _failures(recorder: ScenarioRecorder) -> Iterator[tuple[str, str]]:
    """Each failure under a name by which the same one is known again, with how to ask for it."""
    for case_id, nodes in recorder.checks.items():
        for node in nodes:
            if node.failure_info is None:
                continue
            case, failure = recorder.cases[case_id].value, node.failure_info.failure
            answer = recorder.interactions[case_id].response
            told = answer.text[:600] if answer is not None else "no answer"
            status = answer.status_code if answer is not None else 0
            words = f"{case.method} {case.operation.path}: {node.name}: {failure.title}: {failure.message}"
            yield (
                f"{case.method} {case.operation.path} {node.name} {status} {_kind(told)}",
                f"{words}\n{status} {told}\n{node.failure_info.code_sample[:600]}",
            )


def _kind(text: str) -> str:
    """An answer without what was made up in it."""
    return re.sub(r"""\d+|'[^']*'""", "", text)[:200]


def told(response: Response) -> list[tuple[str, str]]:
    """What a refusal says of each broken field, code and sentence; of one that blames no field, its one sentence. Raise tells no codes of fields."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return []
    if isinstance(body.get("error"), str):
        return [("", body["error_description"])]
    if "error" in body:
        details = [(detail["code"], detail["message"]) for detail in body["error"]["details"]]
        return details or [("", body["error"]["message"])]
    texts = [text for texts in body.get("errors", {}).values() for text in texts]
    return [("", text) for text in texts or [body.get("detail", "")]]
