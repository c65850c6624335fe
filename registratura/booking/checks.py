"""Reads a live database and finds every broken invariant with its rows; changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.errors import QueryCanceled

from registratura import db as database
from registratura.booking.invariants import INVARIANTS, Invariant, question
from registratura.booking.model import TRANSITIONS, State
from registratura.db import Connection

_SHOWN = 20  # rows of one invariant

_WORDS = {
    "appointment": "запись",
    "appointments": "записи",
    "at": "когда",
    "before": "было событие",
    "channel": "канал",
    "event": "событие",
    "held_until": "держали до",
    "key": "ключ",
    "live": "на деле",
    "outbox": "строка очереди",
    "patient": "пациент",
    "position": "должность",
    "quota": "квота",
    "reason": "причина",
    "referral": "направление",
    "seat": "место",
    "seats": "мест",
    "session": "приём",
    "slot": "время",
    "starts_at": "начало",
    "state": "состояние",
    "subject": "о чём",
    "taken": "сосчитано",
}


@dataclass(frozen=True)
class Finding:
    """A broken invariant, or one that could not be looked at in time: then `count` is None."""

    invariant: Invariant
    count: int | None
    rows: Sequence[dict[str, Any]]  # ids, times and states; no names

    def lines(self) -> list[str]:
        """What an operator reads: the invariant with the number of breaches, then its rows."""
        if self.count is None:
            return [f"Не успели проверить: {self.invariant.words}"]
        listed = [f"  {_line(row)}" for row in self.rows]
        more = [f"  … и ещё {self.count - len(listed)}"] if self.count > len(listed) else []
        return [f"{self.invariant.words}: {self.count}", *listed, *more]


async def search(
    db: Connection, *, now: datetime, days: int = 30, seconds: int = 30
) -> list[Finding]:
    """Every broken invariant, and those whose query took longer than `seconds`; all is well: [].

    Looks at appointments from `days` before `now` on, and at everything ahead. One read-only
    snapshot; it takes no lock that a booking would wait for. Raises `ValueError` for a negative
    number of days, no seconds, and a `now` without a zone.
    """
    if days < 0 or seconds < 1 or now.tzinfo is None:
        raise ValueError(f"days, seconds, now: {days}, {seconds}, {now} cannot be")
    async with db.transaction():
        await database.execute(db, "set transaction isolation level repeatable read, read only")
        await database.execute(
            db,
            "select set_config('statement_timeout', %(limit)s, true)",
            limit=f"{seconds}s",
        )
        found = [await _look(db, it, now, now - timedelta(days=days)) for it in INVARIANTS]
    return [it for it in found if it.count != 0]


@dataclass(frozen=True)
class _Breach:
    total: int
    row: dict[str, Any]


async def _look(db: Connection, invariant: Invariant, now: datetime, since: datetime) -> Finding:
    try:
        async with db.transaction():  # a savepoint: the next one is looked at all the same
            breaches = await database.rows(
                db,
                _Breach,
                question(invariant),
                now=now,
                since=since,
                kinds=_KINDS,
                ways=_WAYS,
                shown=_SHOWN,
            )
    except QueryCanceled:
        return Finding(invariant, None, ())
    return Finding(
        invariant, breaches[0].total if breaches else 0, [breach.row for breach in breaches]
    )


def _kind(state: State | None) -> str:
    return f"appointment.{state}" if state else ""


_KINDS = [_kind(state) for state in State]
_FIRST = (State.HELD, State.BOOKED)
_WAYS = [f"{_kind(None)}>{_kind(first)}" for first in _FIRST] + [
    f"{_kind(one)}>{_kind(other)}" for one, others in TRANSITIONS.items() for other in others
]


def _line(row: dict[str, Any]) -> str:
    return ", ".join(f"{_WORDS[name]} {_text(given)}" for name, given in row.items())


def _text(given: Any) -> str:
    if isinstance(given, list):
        return " и ".join(map(str, given))
    return "нет" if given is None else str(given)
