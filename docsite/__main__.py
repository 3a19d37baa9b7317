"""`./dev docs`: build the documents as a site and serve them here; `./dev docs build [FOLDER]` builds only.

`write` is what `./dev documents` calls: it writes anew what pages have of the code.
"""

from __future__ import annotations

import argparse
from contextlib import suppress
from pathlib import Path

from docsite.build import build
from docsite.conf import ROOT
from docsite.made import write
from docsite.serve import site_server

FOLDER = ROOT / "build" / "docs"


def main() -> int:
    """Do what was asked; the exit code."""
    parser = argparse.ArgumentParser(prog="./dev docs", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["serve", "build", "write"], default="serve")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER, help="where the site goes")
    parser.add_argument("--port", type=int, default=8701, help="port to serve on; 0 picks a free one")
    asked = parser.parse_args()
    if asked.what == "write":
        write()
        return 0
    if asked.folder.exists() and any(asked.folder.iterdir()) and not (asked.folder / ".buildinfo").exists():
        print(
            f"{asked.folder} holds something else: name a folder that is empty, or one that a site was built into."
        )
        return 2
    code = build(asked.folder)
    if asked.what == "build" or code:
        print(f"The site is in {asked.folder}." if code == 0 else "The site has the faults told above.")
        return code
    with site_server(asked.folder, asked.port) as server:
        print(f"The documents are at http://127.0.0.1:{server.server_port}/. Stop with Ctrl-C.", flush=True)
        with suppress(KeyboardInterrupt):
            server.serve_forever()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
