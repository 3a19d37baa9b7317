"""Views and records are filled from what has the same names."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from almoner.platform.wire import Body, View, fill, rows_of, said


class NoteView(View, kw_only=True):
    """What goes out."""

    id: int
    text: str
    kind: str = "plain"
    link: str


class Note(msgspec.Struct, frozen=True):
    """A record with a field that no view shows, and one that is worked out."""

    id: int
    hidden: str

    @property
    def text(self) -> str:
        """Worked out."""
        return self.hidden.upper()


@pytest.mark.parametrize("source", [Note(7, "x"), {"id": 7, "text": "X", "other": 1}])
def test_equal_names_are_taken_over_and_the_rest_is_said(source: Any) -> None:
    assert fill(NoteView, source, link="/7") == NoteView(id=7, text="X", link="/7")


def test_what_is_said_goes_before_what_is_there() -> None:
    assert fill(NoteView, Note(7, "x"), text="said", link="/7", kind="k").text == "said"


def test_one_name_or_none_may_be_left_to_take() -> None:
    assert fill(NoteView, {"id": 1}, text="a", link="b").id == 1
    assert fill(NoteView, {}, id=2, text="a", link="b").id == 2


def test_a_field_that_nobody_has_is_missed() -> None:
    with pytest.raises(TypeError, match="link"):
        fill(NoteView, Note(7, "x"))


class NoteBody(Body):
    """What comes in: a field that must be there, one with a default, one that may be left out."""

    text: str
    is_private: bool = False
    kind: str | msgspec.UnsetType | None = msgspec.UNSET


def test_what_was_not_sent_is_not_said() -> None:
    assert said(NoteBody(text="a")) == {"text": "a", "is_private": False}
    assert said(NoteBody(text="a", kind=None)) == {"text": "a", "is_private": False, "kind": None}


def test_rows_that_a_statement_made_one_text_of() -> None:
    assert rows_of('[{"id": 1}, {"id": 2}]') == [{"id": 1}, {"id": 2}]
    assert rows_of(None) == []
