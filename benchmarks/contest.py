"""A measurement side by side: the registry, our statements and a floor, in alternating rounds.

All on one server and one database, in one run, so that whatever slows the machine slows them alike.
"""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from benchmarks import replay
from benchmarks.generator import Load, drive
from benchmarks.registry import Registry, cpu_of_family
from benchmarks.replay import DRAW, Script
from benchmarks.results import Result
from benchmarks.stage import Database

CLIENTS = 32
ROUNDS = 5

Requests = Callable[[int, int], Sequence[bytes]]
"""Makes the requests of so many wishes after a number."""


@dataclass
class Contest:
    """Who takes part: the registry's requests, its own statements, the floor."""

    key: str
    database: Database
    serving: Registry
    var: Path
    requests: Requests
    right: tuple[int, ...]
    own: Script
    floor: Script
    many: int  # of the registry in a round
    again: bool = False  # the wishes stand for reads: the same may be drawn again
    loads: list[Load] = field(default_factory=list)
    own_per_s: list[float] = field(default_factory=list)
    floor_per_s: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # of the registry's processes, seconds
    database_cpu: list[float] = field(default_factory=list)
    _next: int = 1  # the first wish was recorded

    def run(self, rounds: int = ROUNDS) -> Result:
        """All rounds, after two that warm up and are not counted."""
        self._round(counted=False)
        # What autovacuum does within a minute: the plans so far were made for empty tables.
        with psycopg.connect(self.database.admin_url, autocommit=True) as db:
            db.execute("analyze")
        for number in range(rounds + 1):
            self._round(counted=number > 0)
        return self._result()

    def _round(self, *, counted: bool) -> None:
        load, cpu, database_cpu = self._drive()
        draws = replay.run(self.database, DRAW, 0, 8000, self.var)
        own = replay.without_draw(self._replay(self.own), draws)
        floor = replay.without_draw(self._replay(self.floor), draws)
        if counted:
            self.loads.append(load)
            self.cpu.append(cpu)
            self.database_cpu.append(database_cpu)
            self.own_per_s.append(own)
            self.floor_per_s.append(floor)

    def _drive(self) -> tuple[Load, float, float]:
        requests = self.requests(self._take(self.many), self.many)
        server = self.database.server
        before = self.serving.cpu(), database_cpu(server.pid)
        load = drive(self.serving.port, requests, CLIENTS)
        after = self.serving.cpu(), database_cpu(server.pid)
        return load, after[0] - before[0], after[1] - before[1]

    def _replay(self, script: Script) -> float:
        many = self.many * (4 if self.again else 1)
        many -= many % replay.CLIENTS
        return replay.run(self.database, script, self._take(many), many, self.var)

    def _take(self, many: int) -> int:
        if self.again:
            return 0
        taken, self._next = self._next, self._next + many
        return taken

    def _result(self) -> Result:
        whole = Load()
        for load in self.loads:
            whole.add(load)
        rates = [load.per_s for load in self.loads]
        return Result(
            self.key,
            per_s=statistics.median(rates),
            ratio=_ratio(rates, self.own_per_s),
            floor_ratio=_ratio(rates, self.floor_per_s),
            p50_ms=whole.percentile(0.5),
            p99_ms=whole.percentile(0.99),
            errors=whole.errors(*self.right),
            more={
                "own_per_s": statistics.median(self.own_per_s),
                "floor_per_s": statistics.median(self.floor_per_s),
                "statements": self.own.text.count(";\n") - 1,
                "database_share_of_cpu": sum(self.database_cpu)
                / (sum(self.database_cpu) + sum(self.cpu)),
                "registry_cpu_ms": sum(self.cpu) / len(whole.took) * 1000,
                "database_cpu_ms": sum(self.database_cpu) / len(whole.took) * 1000,
                "generator_cpu_ms": whole.own_cpu / len(whole.took) * 1000,
            },
        )


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def database_cpu(pid: int | None) -> float:
    """Seconds of processor used by the server and its connections, those that ended included."""
    return cpu_of_family(pid) if pid is not None else 0.0
