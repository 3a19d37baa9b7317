"""Build the site into a folder: Sphinx with every warning an error; then nothing stands inline, so that a strict policy serves it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from sphinx.cmd.build import build_main

from docsite.conf import ROOT

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What the site may load when it is served: its own files, and nothing that stands inline."""

_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)
_MENDED = {
    'style="display: none;"': 'class="sprite"',
    'style="opacity: 50%"': 'class="half-seen"',
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer"': '<aside class="sidebar-drawer" aria-label="All pages"',
    '<aside class="toc-drawer': '<aside aria-label="On this page" class="toc-drawer',
    '<div class="table-wrapper': '<div tabindex="0" role="group" aria-label="Table" class="table-wrapper',
    '<div class="highlight"><pre>': '<div class="highlight"><pre tabindex="0">',
}
"""What the theme styles in place, as classes of static/site.css; and what axe finds in it, mended."""


def build(folder: Path) -> int:
    """Build the site into `folder`, all of it; 0, or what Sphinx ended with after it said what is wrong."""
    with TemporaryDirectory() as read:  # what was read before would keep its warnings to itself
        options = ["-q", "-n", "-W", "--keep-going", "-c", str(ROOT / "docsite"), "-d", read]
        code = build_main([*options, "-b", "html", str(ROOT), str(folder)])
    for page in folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for wrong, right in _MENDED.items():
            text = text.replace(wrong, right)
        page.write_text(without_inline(text, page, folder), encoding="utf-8")
    return code


def without_inline(text: str, page: Path, folder: Path) -> str:
    """A page whose inline scripts and styles are files of their own in `folder`."""
    above = "../" * (len(page.relative_to(folder).parts) - 1)

    def moved(found: re.Match[str]) -> str:
        kind, content = found.groups()
        ending = "js" if kind == "script" else "css"
        name = f"_static/inline-{hashlib.sha256(content.encode()).hexdigest()[:12]}.{ending}"
        (folder / name).write_text(content, encoding="utf-8")
        if kind == "script":
            return f'<script src="{above}{name}"></script>'
        return f'<link rel="stylesheet" href="{above}{name}">'

    return _INLINE.sub(moved, text)
