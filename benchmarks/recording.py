"""Our own statements, taken from one real call: what the registry asked the database, in order."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
from litestar import Litestar
from psycopg.abc import Params
from psycopg.adapt import PyFormat, Transformer

from registratura.app import create_app
from registratura.db.plans import PlanningConnection
from registratura.settings import Settings


@dataclass(frozen=True)
class Statement:
    """A statement as psycopg got it, with its parameters."""

    text: str
    parameters: Mapping[str, "Told"]


@dataclass(frozen=True)
class Told:
    """A parameter: its text, its type (empty: the server finds it out), its elements if many."""

    text: str | None
    type: str
    elements: tuple["Told", ...] | None = None


@dataclass
class Recording:
    """What connections of a pool have said since it began."""

    on: bool = False
    said: list[Statement] = field(default_factory=list)

    def add(self, text: str, parameters: Mapping[str, Told] | None = None) -> None:
        """One more statement, while it is on."""
        if self.on:
            self.said.append(Statement(text, parameters or {}))


@contextmanager
def statements_noted(recording: Recording) -> Iterator[None]:
    """Every statement of every cursor passes by `recording`."""
    ordinary = psycopg.AsyncCursor.execute

    async def execute(self: Any, query: Any, params: Params | None = None, **how: Any) -> Any:
        if recording.on:
            text = query.decode() if isinstance(query, bytes) else query
            if not isinstance(text, str):
                text = psycopg.sql.as_string(text, self)
            numbers = ((f"${number}", it) for number, it in enumerate(params or (), 1))
            given = params.items() if isinstance(params, Mapping) else numbers
            told = {name: tell(self.connection, it) for name, it in given}
            recording.add(text, told)
        return await ordinary(self, query, params, **how)

    # The driver's own method for as long as one call is recorded: nothing of ours knows of it.
    psycopg.AsyncCursor.execute = execute  # type: ignore[method-assign]
    try:
        yield
    finally:
        psycopg.AsyncCursor.execute = ordinary  # type: ignore[method-assign]


def connections(recording: Recording) -> type[PlanningConnection]:
    """Connections that note in `recording` the ends of every transaction."""

    class Connection(PlanningConnection):
        @asynccontextmanager
        async def transaction(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            recording.add("begin")
            async with super().transaction(*args, **kwargs) as entered:
                yield entered
            recording.add("commit")

    return Connection


def tell(connection: psycopg.AsyncConnection[Any], value: object) -> Told:
    """A value as psycopg would send it."""
    if value is None:
        return Told(None, "")
    dumper = Transformer(connection).get_dumper(value, PyFormat.TEXT)
    dumped = dumper.dump(value)
    known = connection.adapters.types.get(dumper.oid) if dumper.oid else None
    text = bytes(dumped).decode() if dumped is not None else None
    if isinstance(value, list | tuple):
        many = tuple(tell(connection, it) for it in value)
        array = known.name if known else "text"
        return Told(text, f"{array}[]", many)
    return Told(text, known.name if known else "")


@asynccontextmanager
async def recorded(settings: Settings) -> AsyncIterator[tuple[Litestar, Recording]]:
    """The registry in this process, over connections that are listened to."""
    recording = Recording()
    app = create_app(settings)
    async with app.lifespan():
        with statements_noted(recording):
            app.state.pool.connection_class = connections(recording)
            await app.state.pool.drain()  # those that are open are not listened to
            yield app, recording


def capture(
    settings: Settings, right: int, method: str, path: str, **request: Any
) -> list[Statement]:
    """What one request says to the database. Raises `RuntimeError` where it is answered otherwise
    than `right`."""

    async def ask() -> list[Statement]:
        async with recorded(settings) as (app, recording):
            transport = httpx.ASGITransport(app)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url=settings.public_url) as it:
                recording.on = True
                answer = await it.request(method, path, **request)
        if answer.status_code != right:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[-2000:]}")
        return recording.said

    return asyncio.run(ask())
