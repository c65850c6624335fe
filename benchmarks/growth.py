"""`growth`: the same questions of a small, a large and a very large region, side by side.

Databases of all sizes stand on one server, each with a registry of its own; rounds alternate, so
that whatever slows the machine slows them alike. Medians are compared with the small region's.
"""

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import uvloop

from benchmarks import generator, wishes
from benchmarks.booking import portal_request
from benchmarks.generator import drive
from benchmarks.registry import Registry, running
from benchmarks.results import Result
from benchmarks.stage import MEASURED, Database, Stage
from benchmarks.wishes import Wish
from registratura.db import open_pool
from registratura.people import persons
from registratura.people.persons import Identity

ROUNDS, MANY = 9, 40
CLIENTS = 2
_NAMES = {"region": "1m", "megacity": "13m"}


@dataclass
class Grown:
    """One size under measurement: seconds of every answer, by what was asked."""

    size: str
    database: Database
    serving: Registry
    wishes: list[Wish]
    took: dict[str, list[float]] = field(default_factory=dict)
    errors: int = 0

    def round(self, number: int) -> None:
        """Bookings, searches and matches of the next wishes; the first round is not counted."""
        these = self.wishes[number * MANY : (number + 1) * MANY]
        for name, ask in (("book", self._book), ("search", self._search), ("match", self._match)):
            took = ask(these)
            if number:
                self.took.setdefault(name, []).extend(took)

    def _book(self, these: list[Wish]) -> list[float]:
        settings = self.serving.settings
        load = drive(self.serving.port, [portal_request(settings, it) for it in these], CLIENTS)
        self.errors += load.errors(303)
        return load.took

    def _search(self, these: list[Wish]) -> list[float]:
        requests = [generator.get(f"/doctors/{it.post}") for it in these]
        load = drive(self.serving.port, requests, CLIENTS)
        self.errors += load.errors(200)
        return load.took

    def _match(self, these: list[Wish]) -> list[float]:
        async def ask() -> list[tuple[float, bool]]:
            pool = await open_pool(self.database.url, most=1)
            async with pool, pool.connection() as db:
                told = []
                for it in [*these, *these]:  # at first the pages come from the disk
                    began = time.perf_counter()
                    found = await persons.find_by_policy(db, _identity(it), it.policy)
                    told.append((time.perf_counter() - began, found == it.patient))
            return told[len(these) :]

        told = uvloop.run(ask())
        self.errors += sum(not right for _, right in told)
        return [seconds for seconds, _ in told]


def growth(stage: Stage, size: str) -> Result:
    """Medians of the larger sizes, a region's at least, as multiples of the small one's."""
    sizes = MEASURED[: max(2, MEASURED.index(size) + 1)]
    with ExitStack() as open_ones:
        grown = [_open(stage, size, open_ones.enter_context) for size in sizes]
        for number in range(ROUNDS + 1):
            for one in grown:
                one.round(number)
    medians = {
        one.size: {name: statistics.median(took) * 1000 for name, took in one.took.items()}
        for one in grown
    }
    return Result("growth", errors=sum(one.errors for one in grown), more=_compared(medians))


def _compared(medians: dict[str, dict[str, float]]) -> dict[str, object]:
    small = medians["small"]
    more: dict[str, object] = {}
    for size, found in medians.items():
        more[f"ms_{size}"] = {name: round(it, 2) for name, it in found.items()}
        if size in _NAMES:
            times = {name: it / small[name] for name, it in found.items()}
            more[f"times_at_{_NAMES[size]}"] = {name: round(it, 2) for name, it in times.items()}
            more[f"worst_at_{_NAMES[size]}"] = max(times.values())
    return more


def _open(stage: Stage, size: str, enter: Callable[..., Registry]) -> Grown:
    database = stage.copy(stage.template(size), f"growth_{size}")
    wishes.make(database, most=(ROUNDS + 1) * MANY)
    folder = stage.var / f"growth-{size}"
    folder.mkdir(exist_ok=True)
    serving = enter(running(database.url, Path(folder), workers=1))
    return Grown(size, database, serving, wishes.read(database, 0, (ROUNDS + 1) * MANY))


def _identity(wish: Wish) -> Identity:
    born = date.fromisoformat(wish.birth_date)
    return Identity(wish.last_name, wish.first_name, wish.middle_name, born)
