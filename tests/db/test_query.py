"""Statements with named parameters, read once and numbered."""

from dataclasses import dataclass

import pytest

from registratura.db import Connection, query, rows, value


@dataclass(frozen=True)
class _Pair:
    one: int
    other: str


@dataclass(frozen=True)
class _Triple(_Pair):
    third: int = 0


async def test_a_name_is_one_parameter_wherever_it_stands(db: Connection) -> None:
    found = await rows(
        db,
        _Pair,
        "select %(a)s::int + %(a)s as one, %(b)s || 'x' as other",
        b="y",
        a=2,
    )
    assert found == [_Pair(4, "yx")]


async def test_a_row_is_read_by_the_names_of_its_columns(db: Connection) -> None:
    """In the order of the fields, or in any other; what has an ordinary value may be left out."""
    assert await rows(db, _Pair, "select 1 as one, '2' as other") == [_Pair(1, "2")]
    assert await rows(db, _Pair, "select '2' as other, 1 as one") == [_Pair(1, "2")]
    assert await rows(db, _Triple, "select 1 as one, '2' as other") == [_Triple(1, "2")]
    assert await rows(db, _Triple, "select 3 as third, 1 as one, '2' as other") == [
        _Triple(1, "2", 3)
    ]
    assert await rows(db, _Pair, "select 1 as one, '2' as other where false") == []
    with pytest.raises(TypeError, match="another"):
        await rows(db, _Pair, "select 1 as one, '2' as another")


async def test_a_per_cent_sign_is_written_twice(db: Connection) -> None:
    assert await value(db, "select 7 %% %(by)s::int", by=4) == 3
    assert await value(db, "select 'aXb' like 'a%%b'") is True


async def test_a_parameter_that_is_not_given_is_named() -> None:
    with pytest.raises(KeyError, match="missing"):
        query.numbered("select %(missing)s", {"given": 1})


def test_a_long_statement_is_read_once() -> None:
    sql = "select %(a)s" + " " * 10_000
    first, second = (query.numbered(sql, {"a": 1})[0] for _ in range(2))
    assert first is second
