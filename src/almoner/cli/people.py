"""What commands about users have in common: who gives them, and where links lead."""

from __future__ import annotations

import getpass


def by_whom() -> str:
    """Who gives this command, as the account of the system that it runs under is called."""
    try:
        return f"command line ({getpass.getuser()})"
    except (KeyError, OSError):  # an account without a name, as in containers
        return "command line"
