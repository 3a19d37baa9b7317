"""What may be done: scopes, which keys and groups hold, and the permission that each operation asks for.

A scope names a module and an action (`note:create`); `note:write` stands for all but reading, `note:*` for all of a module,
`*:read` for an action of every module, and `*` for everything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from almoner.kernel.errors import FieldError, Invalid
from almoner.kernel.text import did_you_mean

ACTIONS = ("create", "read", "update", "delete")
"""What can be done with the records of a module."""
ALL = "*"
_ACTION_OF = {"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}
_SCOPE = re.compile(r"[a-z][a-z-]*:[a-z]+")


class Modules(tuple[str, ...]):
    """The modules that operations of a product ask for, in order: what a matrix of permissions has rows for."""

    __slots__ = ()


def modules_of(permissions: Iterable[str | None]) -> Modules:
    """The modules of `permissions`, in order; of an operation that is open to everybody None."""
    return Modules(sorted({each.partition(":")[0] for each in permissions if each is not None}))


def permission_of(scope: str, method: str) -> str:
    """The permission that an operation declared with `scope` asks for: `write` is told apart by the method.

    `ValueError` for a scope of another form than `note:read`, or with an action that is none.
    """
    module, _, action = scope.partition(":")
    if not _SCOPE.fullmatch(scope) or action not in (*ACTIONS, "write"):
        raise ValueError(
            f"the scope {scope!r} is not of the form 'note:read', with write, {', '.join(ACTIONS)}"
        )
    return f"{module}:{_ACTION_OF.get(method, 'read')}" if action == "write" else scope


def granting(permission: str) -> frozenset[str]:
    """Every scope that grants a permission, itself among them."""
    module, _, action = permission.partition(":")
    writes = () if action == "read" else (f"{module}:write", f"{ALL}:write")
    return frozenset((permission, f"{module}:{ALL}", f"{ALL}:{action}", ALL, *writes))


def granted(scopes: frozenset[str], permission: str) -> bool:
    """Whether `scopes` hold what grants `permission`."""
    return not scopes.isdisjoint(granting(permission))


def module_name(module: str) -> str:
    """What people and the matrix call a module: `planned-note` is `PlannedNote`."""
    return "".join(word.capitalize() for word in module.split("-"))


def lack_of(permission: str) -> str:
    """The sentence for who lacks it: it names module and action."""
    module, _, action = permission.partition(":")
    return (
        f"The permission group lacks {action.capitalize()} of {module_name(module)} (scope '{permission}')."
    )


def checked_scopes(wanted: Sequence[str], known: Collection[str], what: str) -> list[str]:
    """`wanted`, when every one of them grants something that is in `known`, the permissions there are. `Invalid` has the list.

    `what` says in the error who is to hold them ("A key of the product", "A group").
    """
    good = {scope for permission in known for scope in granting(permission)}
    unknown = [scope for scope in wanted if scope not in good]
    if unknown:
        message = (
            f"{what} grants no '{unknown[0][:60]}'.{did_you_mean(unknown[0], good)} The scopes are: {', '.join(sorted(known))};"
            " x:write stands for create, update and delete of x, x:* for all of x, *:read for reading everything, * for all there is."
        )
        raise Invalid(message, fields=(FieldError("scope", "UNKNOWN", message),))
    return list(dict.fromkeys(wanted))
