"""Statements of one real call become a script in which each transaction draws its own wish."""

import pytest

from benchmarks.recording import Statement, Told
from benchmarks.replay import Replay, without_draw
from benchmarks.results import Result, table

SLOT = "9c593eba-90a9-4439-89d6-a769eb8a9d41"


def script(text: str, **parameters: Told) -> str:
    replay = Replay({SLOT: "slot"})
    return replay.script("x", [Statement(text, parameters)]).text.splitlines()[-1]


def test_what_differs_between_wishes_is_drawn() -> None:
    slot = Told(SLOT.replace("-", ""), "uuid")
    assert script("select %(a)s", a=slot) == "select :slot::uuid;"
    many = Told(f"{{{SLOT}}}", "uuid[]", (slot,))
    assert script("select any(%(a)s)", a=many) == "select any(array[:slot::uuid]::uuid[]);"


def test_what_is_the_same_for_all_is_given_once() -> None:
    now = Told("2026-12-01 00:00:00+00", "timestamptz")
    told = Replay({SLOT: "slot"}).script(
        "x", [Statement("select $1, $2, $1 %% 2", {"$1": now, "$2": Told(None, "")})]
    )
    assert told.text.splitlines()[-1] == "select :c0::timestamptz, null, :c0::timestamptz % 2;"
    assert told.constants == {"c0": "2026-12-01 00:00:00+00"}


def test_a_word_after_a_colon_would_be_mistaken_and_is_refused() -> None:
    with pytest.raises(ValueError, match="colon"):
        script("select to_char(now(), 'HH24:MI')")
    assert script("select a[1:3] -- as in psql's :name\n") == "select a[1:3];"


def test_the_draw_is_taken_off() -> None:
    assert without_draw(500, 1000) == pytest.approx(1000)


def test_a_missed_target_is_told_with_its_number() -> None:
    lines = list(table([Result("hot_slot", errors=0, more={"winners": 2, "slowest_ms": 100})]))
    assert [it.strip() for it in lines if "MISSED" in it] == ["MISSED: winners 2 >= 2"]
