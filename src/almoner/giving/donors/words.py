"""By which words donors are found, as SQL: what queries and lists say of them (docs/decisions/0041)."""

from __future__ import annotations

_WORDS = (
    "giving.donor_words({of}.organization_id, {of}.first_name, {of}.middle_name, {of}.last_name, {of}.organization_name, {of}.email, {of}.phone,"
    " {of}.state, {of}.postal)"
)
"""The expression of the index `donor_words`."""


def found_by_text(alias: str) -> str:
    """That donors are found by the free text `{value}`: each of its words starts one of theirs, or it is their id."""
    return f"({_WORDS.format(of=alias)} @@ giving_code.words_asked($1, {{value}}) OR {alias}.id = giving_code.number_in({{value}}))"


def holds_words(alias: str, also: str = "NULL") -> str:
    """What holds of each donor with the text `{value}` in one of the columns that are found by words: all, where it has no word.

    `also` is another text that may stand there for it.
    """
    asked = "giving_code.words_asked($1, {value})"
    return f"({_WORDS.format(of=alias)} @@ coalesce({asked} || giving_code.words_asked($1, {also}), {asked}) OR {asked} IS NULL)"
