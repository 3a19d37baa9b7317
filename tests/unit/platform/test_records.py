"""Which field names nothing, read off the foreign key that says so."""

from __future__ import annotations

import asyncpg
import pytest

from almoner.kernel.errors import Invalid
from almoner.platform.records import _references_checked


def violation(constraint: str) -> asyncpg.ForeignKeyViolationError:
    """The error of a foreign key. Row-level security hides from its text which value was missing."""
    error = asyncpg.ForeignKeyViolationError("insert or update violates foreign key constraint")
    error.constraint_name = constraint
    return error


@pytest.mark.parametrize(
    ("constraint", "field", "message"),
    [
        ("note_organization_id_page_id_fkey", "pageId", "There is no page 5."),
        ("note_organization_id_parent_page_id_fkey", "parentPageId", "There is no parent page 6."),
    ],
)
def test_the_field_is_the_one_whose_key_it_is(constraint: str, field: str, message: str) -> None:
    with (
        pytest.raises(Invalid) as refused,
        _references_checked({"page_id": 5, "parent_page_id": 6, "text": "x"}),
    ):
        raise violation(constraint)
    (broken,) = refused.value.fields
    assert (broken.field, broken.code, broken.message) == (field, "UNKNOWN", message)


def test_a_key_of_no_column_that_is_written_stays_what_it_is() -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError), _references_checked({"text": "x"}):
        raise violation("note_organization_id_page_id_fkey")
