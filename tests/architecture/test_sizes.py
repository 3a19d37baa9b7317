"""Functions and files stay small enough to be read in one go."""

from __future__ import annotations

import statistics

from tests.architecture.sources import ROOT, functions, length, modules

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
MEDIAN_FUNCTION = 14


def test_no_file_is_too_long() -> None:
    long = [
        module.at(module.tree, f"{lines} lines, at most {LONGEST_FILE}")
        for module in modules()
        if (lines := len(module.text.splitlines())) > LONGEST_FILE
    ]
    assert not long, "\n".join(long)


def test_no_file_of_the_tests_is_too_long() -> None:
    long = [
        f"{path.relative_to(ROOT)}:1: {lines} lines, at most {LONGEST_FILE}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]
    assert not long, "\n".join(long)


def test_no_function_is_too_long() -> None:
    long = [
        module.at(function, f"{function.name} has {length(function)} lines, at most {LONGEST_FUNCTION}")
        for module in modules()
        for function in functions(module)
        if length(function) > LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_most_functions_are_short() -> None:
    lengths: dict[str, list[int]] = {}
    for module in modules():
        for function in functions(module):
            lengths.setdefault(module.top or "almoner", []).append(length(function))
    medians = {name: statistics.median(found) for name, found in sorted(lengths.items())}
    print("median lines of a function:", medians)
    every = [lines for found in lengths.values() for lines in found]
    assert not every or statistics.median(every) <= MEDIAN_FUNCTION, medians
