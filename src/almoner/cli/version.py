"""`almoner version`: which Almoner this is."""

from __future__ import annotations

from almoner import __version__
from almoner.cli.output import AsJson, out, print_json


def command(as_json: AsJson = False) -> None:
    """Print the version."""
    print_json({"version": __version__}) if as_json else out.print(__version__)
