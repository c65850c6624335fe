"""Statements with named parameters, read once and numbered."""

from dataclasses import dataclass

import pytest

from registratura.db import Connection, query, rows, value


@dataclass(frozen=True)
class _Pair:
    one: int
    other: str


async def test_a_name_is_one_parameter_wherever_it_stands(db: Connection) -> None:
    found = await rows(
        db,
        _Pair,
        "select %(a)s::int + %(a)s as one, %(b)s || 'x' as other",
        b="y",
        a=2,
    )
    assert found == [_Pair(4, "yx")]


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
