"""`mixed`: fifty looks to a booking, for minutes: whether it stays steady and grows no memory."""

from collections.abc import Iterator

import psycopg

from benchmarks import generator, wishes
from benchmarks.booking import portal_request
from benchmarks.generator import drive
from benchmarks.registry import Registry, running, working
from benchmarks.results import Result
from benchmarks.stage import Stage
from benchmarks.wishes import Wish

CLIENTS = 16
READS = 50  # to a booking
PARTS = 5  # of the whole time; the first warms up


def mixed(stage: Stage, size: str, seconds: float = 300) -> Result:
    """Rates of the parts, the registry's memory after the first part and at the end."""
    database = stage.copy(stage.template(size), "mixed")
    wishes.make(database)
    them = iter(wishes.read(database, 0, wishes.count(database)))
    with running(database.url, stage.var) as serving, working(serving):
        requests = _requests(serving, them)
        loads, memory = [], []
        for _ in range(PARTS):
            loads.append(drive(serving.port, requests, CLIENTS, seconds=seconds / PARTS))
            memory.append(serving.memory())
    steady = loads[1:]
    with psycopg.connect(database.admin_url) as db:
        found = db.execute("select count(*) from appointment").fetchone()
    return Result(
        "mixed",
        per_s=sum(it.per_s for it in steady) / len(steady),
        p50_ms=max(it.percentile(0.5) for it in steady),
        p99_ms=max(it.percentile(0.99) for it in steady),
        errors=sum(it.errors(200, 303, 503) for it in loads),
        more={
            "per_s_of_parts": ", ".join(f"{it.per_s:.0f}" for it in loads),
            "memory_mb_of_parts": ", ".join(f"{it / 1e6:.0f}" for it in memory),
            "memory_growth": memory[-1] / memory[0] - 1,
            "answered_503": sum(it.statuses[503] for it in loads),
            "booked": found[0] if found else 0,
        },
    )


def _requests(serving: Registry, them: Iterator[Wish]) -> Iterator[bytes]:
    """A booking, then fifty looks: at its doctor's times, at the doctors beside him, at home."""
    for wish in them:
        yield portal_request(serving.settings, wish)
        looks = [f"/doctors/{wish.post}", f"/clinics/{wish.department}/{wish.position}", "/"]
        for number in range(READS):
            yield generator.get(looks[number % len(looks)])
