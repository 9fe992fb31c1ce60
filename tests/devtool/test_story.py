"""What the first ./dev up tells in the demo's workspaces."""

from __future__ import annotations

from devtool import prepared
from devtool.paths import ROOT
from devtool.up import story


def test_a_story_in_new_shops_only() -> None:
    assert story({}) == ("add", "--new-only")
    assert story({"PLAZA_DEMO": "story"}) == ("add", "--new-only")


def test_none_where_the_desk_must_be_bare() -> None:
    assert story({"PLAZA_DEMO": "bare"}) == ()


def test_new_words_of_the_story_are_a_reason_to_look_again() -> None:
    assert (ROOT / "inbox" / "demo" / "words" / "es.txt").exists()
    before = prepared.preparing_digest()
    assert before == prepared.preparing_digest()
    words = ROOT / "inbox" / "demo" / "words" / "xx.txt"
    words.write_text("[names]\n")
    try:
        assert prepared.preparing_digest() != before
    finally:
        words.unlink()
