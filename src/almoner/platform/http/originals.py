"""The operations that the imitated product has: which of them are served here, and what a call of another is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files

from almoner.kernel.errors import AlmonerError
from almoner.platform.http.route import Route
from almoner.platform.wire import View

_PARAMETER = re.compile(r"\{(\w+)\}")


class NotServed(AlmonerError):
    """The imitated product has the operation, and this server does not serve it yet: `coverage.json` of the API lists what is served."""

    status = 501
    code = "NOT_IMPLEMENTED"
    title = "This operation is not served yet."


@dataclass(frozen=True, slots=True)
class Original:
    """One operation of the imitated product, as its own documents name it."""

    method: str
    path: str
    group: str
    purpose: str
    parameters: tuple[str, ...] = ()
    """What it takes in the query, as far as that is known."""

    @property
    def key(self) -> tuple[str, str]:
        """Method and path without the names of parameters, in one case: operations of one key are the same."""
        return operation_key(self.method, self.path)

    def refusal(self, product: str) -> NotServed:
        """What a call of it is told while it is not served."""
        return NotServed(
            f"{self.method} {self.path} ({self.purpose[:1].lower()}{self.purpose[1:]}) is not served yet. "
            f"What is served: /{product}/coverage.json"
        )


def operation_key(method: str, path: str) -> tuple[str, str]:
    """What tells operations apart, whatever their parameters are called: `("GET", "/api/note/{}")`."""
    return method, _PARAMETER.sub("{}", path).lower()


def originals_of(package: str) -> tuple[Original, ...]:
    """The operations in the table `originals.tsv` of a module: method, path, group, purpose, parameters of the query."""
    lines = files(package).joinpath("originals.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(_original(line) for line in lines[1:])


def _original(line: str) -> Original:
    method, path, group, purpose, *parameters = line.split("\t")
    return Original(method, path, group, purpose, tuple(" ".join(parameters).split()))


class CoveredView(View):
    """One operation: of the product that is imitated, or (`extension`) our own."""

    method: str
    path: str
    group: str
    purpose: str
    served: bool
    extension: bool


class CoverageView(View):
    """The operations of the product that is imitated and our own, and how many of the former are served."""

    product: str
    served: int
    total: int
    operations: list[CoveredView]


def coverage(product: str, originals: Sequence[Original], routes: Iterable[Route]) -> CoverageView:
    """What is served and what is not yet: the originals in the order of their table, then what only we have."""
    ours = {operation_key(route.method, route.template): route for route in routes if route.documented}
    known = [
        CoveredView(
            method=original.method,
            path=original.path,
            group=original.group,
            purpose=original.purpose,
            served=original.key in ours,
            extension=False,
        )
        for original in originals
    ]
    extensions = [_extension(route) for key, route in ours.items() if key not in {o.key for o in originals}]
    served = sum(operation.served for operation in known)
    return CoverageView(product=product, served=served, total=len(known), operations=[*known, *extensions])


def _extension(route: Route) -> CoveredView:
    return CoveredView(
        method=route.method,
        path=route.template,
        group=route.group,
        purpose=route.summary,
        served=True,
        extension=True,
    )


def unserved(originals: Iterable[Original], routes: Iterable[Route]) -> tuple[Original, ...]:
    """Those of `originals` that none of `routes` answers."""
    keys = {operation_key(route.method, route.template) for route in routes}
    return tuple(original for original in originals if original.key not in keys)
