"""By which words donors are found, as SQL: what queries and lists say of them (docs/decisions/0041)."""

from __future__ import annotations

_WORDS = (
    "giving.donor_words({of}.organization_id, {of}.first_name, {of}.middle_name, {of}.last_name, {of}.organization_name, {of}.email, {of}.phone,"
    " {of}.state, {of}.postal)"
)
"""The expression of the index `donor_words`."""

_REACHED = (
    "ARRAY(SELECT m.donor_id FROM giving_code.queried_donor_contact_method m WHERE m.organization_id = $1 AND giving.donor_words(m.organization_id,"
    " NULL::text, NULL::text, NULL::text, NULL::text, CASE WHEN m.kind = 'email' THEN m.value END, CASE WHEN m.kind = 'phone' THEN m.value END,"
    " NULL::text, NULL::text) @@ giving_code.words_asked($1, {value}))"
)
"""Donors by the e-mail addresses and phone numbers that are theirs beside the first, with the expression of `donor_contact_method_words`. An
array, not a subquery: so that the index of ids serves beside that of words."""


def by_name(alias: str) -> str:
    """What donors are sorted by where they are sorted by name."""
    return f"giving_code.by_name({alias}.organization_name, {alias}.last_name, {alias}.first_name)"


def found_by_text(alias: str) -> str:
    """That donors are found by the free text `{value}`: each of its words starts one of theirs, or it is their id.

    A further e-mail address or phone number has words of its own: all that is asked for is in one.
    """
    words = f"{_WORDS.format(of=alias)} @@ giving_code.words_asked($1, {{value}})"
    return f"({words} OR {alias}.id = giving_code.number_in({{value}}) OR {alias}.id = ANY ({_REACHED}))"


def holds_words(alias: str, also: str = "NULL") -> str:
    """What holds of each donor with the text `{value}` in one of the columns that are found by words: all, where it has no word.

    `also` is another text that may stand there for it.
    """
    asked = "giving_code.words_asked($1, {value})"
    return f"({_WORDS.format(of=alias)} @@ coalesce({asked} || giving_code.words_asked($1, {also}), {asked}) OR {asked} IS NULL)"
