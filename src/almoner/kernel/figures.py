"""Kept figures: totals that move with what they are totals of, and how one that is wrong is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FigureDifference:
    """A kept figure that is not what its rows add up to.

    `figure` is its table, `of` says whose it is, `kept` and `exact` are its numbers in the order of the table's columns;
    money in minor units.
    """

    figure: str
    of: str
    kept: tuple[int, ...]
    exact: tuple[int, ...]


def by_currency(row: Any) -> dict[str, tuple[int, ...]]:
    """The figures of a row by currency: of its columns currencies and figures, an array of each; empty when both are null."""
    return {
        currency: tuple(map(int, figures))
        for currency, figures in zip(row["currencies"] or (), row["figures"] or (), strict=True)
    }


def differences_in(rows: Iterable[Any]) -> list[FigureDifference]:
    """Rows of a statement with the columns figure, of, kept and exact (the last two are arrays)."""
    return [
        FigureDifference(
            row["figure"], row["of"], tuple(map(int, row["kept"])), tuple(map(int, row["exact"]))
        )
        for row in rows
    ]
