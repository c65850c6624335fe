"""How often something may be tried: counters in `limit_counter`, the same for every process."""

from datetime import UTC, datetime, timedelta

from registratura.db import Connection, execute, value
from registratura.refusal import Refusal


class TriedTooOften(Refusal):
    """The limit of this window is used up. Parameter: `minutes` until the next one."""

    code = "tried_too_often"
    words = "Слишком много попыток. Попробуйте ещё раз через {minutes} мин."


async def check_limit(
    db: Connection, name: str, key: str, *, most: int, window: timedelta, now: datetime
) -> None:
    """Count one try of `name` by `key`; refuses with `TriedTooOften` above `most` a window.

    Windows are fixed (they begin at whole multiples of `window` since 1970). The count is one
    atomic statement, so that any number of processes share it; a refused try counts too.
    """
    seconds = window.total_seconds()
    began = datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
    count = await value(
        db,
        """
        insert into limit_counter (name, key, window_at, count)
        values (%(name)s, %(key)s, %(window_at)s, 1)
        on conflict (name, key, window_at) do update set count = limit_counter.count + 1
        returning count
        """,
        name=name,
        key=key,
        window_at=began,
    )
    if count > most:
        left = (began + window - now).total_seconds()
        raise TriedTooOften(minutes=max(1, -int(-left // 60)))


async def sweep(db: Connection, *, now: datetime) -> int:
    """Delete counters of windows that began more than two days ago; how many."""
    return await execute(
        db,
        "delete from limit_counter where window_at < %(before)s",
        before=now - timedelta(days=2),
    )
