"""Templates to responses: whole pages, regions that keep themselves fresh, error pages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from almoner.console.access import visitor_of
from almoner.platform.http import RAISE, Reply, Request
from almoner.platform.http.assets import load_assets
from almoner.platform.http.problems import problem_of

HTML = "text/html; charset=utf-8"
STATIC = "/console/static"
ASSETS = load_assets(Path(__file__).parent / "static")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["soft"] = soft
    environment.globals["asset"] = lambda name: f"{STATIC}/{ASSETS[name].url_name}"
    return environment


def soft(text: str) -> Markup:
    """A text whose e-mail addresses may be broken before @ and dots, and so in no word, where a line is too short for them."""
    words = (
        escape(word).replace("@", Markup("<wbr>@")).replace(".", Markup("<wbr>."))
        if "@" in word
        else escape(word)
        for word in text.split(" ")
    )
    return Markup(" ").join(words)


def render(template: str, **values: Any) -> Markup:
    """A template's text. It knows nothing but `values` and `asset(name)`; a name it lacks raises `UndefinedError`."""
    return Markup(_environment().get_template(template).render(**values))  # noqa: S704 - autoescaped


def show(request: Request, template: str, *, title: str, status: int = 200, **values: Any) -> Reply:
    """A whole page: `template` extends base.html and prints `values`."""
    text = render(
        template,
        **{
            "title": title,
            "visitor": visitor_of(request),
            "needs": None,
            "live": False,
            "said": "",
            "is_wrong": False,
            "receipts_failed": 0,
            **values,
        },
    )
    return Reply(status, text.encode(), HTML)


@dataclass(frozen=True, slots=True)
class LiveRegion:
    """A part of a page that asks for itself again every `seconds`; `news` is what a screen reader is told of a change."""

    region_id: str
    path: str
    seconds: int
    inner: Markup
    news: str = ""

    def __html__(self) -> str:
        """The region as it stands in a page."""
        return render("live.html", region=self, mark=self.mark, with_news=False)

    @property
    def mark(self) -> str:
        """What the browser sends back to say which content it shows."""
        return hashlib.sha256(self.inner.encode()).hexdigest()[:16]


def refresh(request: Request, region: LiveRegion) -> Reply:
    """The region for a browser that shows an older one; 204 when it shows this one."""
    if request.query.get("seen") == region.mark:
        return Reply(204, b"")
    text = render("live.html", region=region, mark=region.mark, with_news=bool(region.news))
    return Reply(200, text.encode(), HTML)


def show_error(request: Request, error: Exception) -> Reply:
    """An error page for people; a problem document for everybody else."""
    if "text/html" not in (request.header("accept") or ""):
        return RAISE.show_error(request, error)
    problem = problem_of(error, RAISE)
    return show(
        request,
        "error.html",
        title=problem.title.rstrip("."),
        status=problem.status,
        message=problem.message,
        lines=[field.message for field in problem.fields],
    )
