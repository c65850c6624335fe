"""`rush`, `hot_slot`: many want what few can have. Arrivals do not wait for answers."""

import asyncio
import json
import os
import random
import re
import time
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

import psycopg
import uvloop

from benchmarks import generator, wishes
from benchmarks.api import request
from benchmarks.callers import Answer, Caller
from benchmarks.generator import Load
from benchmarks.registry import Registry, running, settle, working
from benchmarks.results import Result
from benchmarks.searching import times_of
from benchmarks.stage import Database, Stage
from benchmarks.wishes import Wish

PEOPLE, SLOTS = 5000, 500
MINUTE, FIRST = 60.0, 5.0  # seconds: half come within the first five
TRIES = 3
ON_ITS_WAY = 0.05  # seconds from a commit to its answer at the client
_SLOT = re.compile(rb'"slot": ?"([0-9a-f-]{36})"')
CLIENTS_OF_A_SLOT, HOT_ROUNDS = 200, 5


@dataclass
class Rush:
    """What became of everybody."""

    load: Load = field(default_factory=Load)
    sold: list[float] = field(default_factory=list)  # when it was answered
    refused: int = 0
    with_nothing: list[float] = field(default_factory=list)  # refused, and nothing else was offered
    most_alternatives: int = 0

    @property
    def without_alternatives(self) -> int:
        """Refused while there was something left to offer: what was the last may have been given
        while the answer about it was on its way."""
        return sum(
            sum(sold <= moment + ON_ITS_WAY for sold in self.sold) < SLOTS
            for moment in self.with_nothing
        )


def rush(stage: Stage, size: str) -> Result:
    """5,000 patients want 500 slots: each looks, books, takes what is offered instead."""
    database = stage.copy(stage.template(size), "rush")
    crowd = gather(database)
    with running(database.url, stage.var) as serving, working(serving):
        return run_rush(database, serving, crowd)


@dataclass(frozen=True)
class Crowd:
    """Who comes, and the doctors who still have times."""

    people: list[Wish]
    posts: list[UUID]


def gather(database: Database) -> Crowd:
    """Leave few times and choose who wants them, before anything is served: a table that has just
    been rewritten is one whose plans are all made anew."""
    wishes.make(database)
    posts = _leave_only(database, SLOTS)
    everybody = [it for it in wishes.read(database, 0, wishes.count(database)) if it.is_adult]
    return Crowd(everybody[:PEOPLE], posts)


def run_rush(database: Database, serving: Registry, crowd: Crowd) -> Result:
    """The rush over a database of its own."""
    settle(os.getpid(), database.server.pid or 0)
    done = uvloop.run(_all(serving.port, crowd))
    load = done.load
    turned_away = load.statuses[503]
    return Result(
        "rush",
        per_s=len(load.took) / MINUTE,
        p50_ms=load.percentile(0.5),
        p99_ms=load.percentile(0.99),
        errors=load.errors(200, 201, 409, 503),
        more={
            **_judged(database),
            "refused": done.refused,
            "refusals_without_alternatives": done.without_alternatives,
            "most_alternatives": done.most_alternatives,
            "answered_503": turned_away,
            "share_503": turned_away / max(1, len(load.took)),
        },
    )


async def _all(port: int, crowd: Crowd) -> Rush:
    done = Rush()
    chance = random.Random(40)  # noqa: S311 - the same crowd each time
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def come(wish: Wish, at: float) -> None:
        await asyncio.sleep(began + at - loop.time())
        caller = await Caller.to(port, done.load)
        try:
            await _one(caller, replace(wish, post=chance.choice(crowd.posts)), done, chance)
        finally:
            caller.close()

    times = [chance.uniform(0, FIRST if it % 2 else MINUTE) for it in range(len(crowd.people))]
    await asyncio.gather(*(come(wish, at) for wish, at in zip(crowd.people, times, strict=True)))
    return done


async def _one(caller: Caller, wish: Wish, done: Rush, chance: random.Random) -> None:
    seen = await caller.ask(generator.get(times_of(wish)))
    offered = _SLOT.findall(seen.body) if seen.status == 200 else []  # cheaper than to read it all
    chosen = UUID(chance.choice(offered).decode()) if offered else None
    for _ in range(TRIES):
        if chosen is None:
            return
        tried = replace(wish, slot=chosen, key=uuid4())
        answer = await caller.ask(request(tried))
        if answer.status == 201:
            done.sold.append(time.monotonic())
        if answer.status != 409:
            return
        others = _alternatives(answer)
        done.refused += 1
        done.most_alternatives = max(done.most_alternatives, len(others))
        if not others:
            done.with_nothing.append(time.monotonic())
        chosen = others[0] if others else None


def _alternatives(answer: Answer) -> list[UUID]:
    """The times offered in place of the one that was taken, of the same doctor first."""
    ways = json.loads(answer.body).get("alternatives") or {}
    times = list(ways.get("same_doctor", ()))
    for offer in (*ways.get("same_clinic", ()), *ways.get("elsewhere", ())):
        times += offer["times"][:1]
    return [UUID(it["slot"]) for it in times]


def _leave_only(database: Database, many: int) -> list[UUID]:
    """Close every time but so many, of one position; the doctors who have them."""
    with psycopg.connect(database.admin_url, autocommit=True) as db:
        db.execute(
            """
            create table rush_slot as
            select slot as id, post from bench_wish join post on post.id = bench_wish.post
            where post.age_from >= 18 and bench_wish.position = (
                select bench_wish.position from bench_wish join post on post.id = bench_wish.post
                where age_from >= 18 group by 1 order by count(*) desc, 1 limit 1)
            order by post, starts limit %s
            """,
            [many],
        )
        db.execute("update slot set blocked = 'closed' where id not in (select id from rush_slot)")
        db.execute("vacuum analyze")  # what autovacuum does within a minute
        return [row[0] for row in db.execute("select distinct post from rush_slot").fetchall()]


def _judged(database: Database) -> dict[str, int]:
    """What the tables say of the places: given, and given twice."""
    with psycopg.connect(database.admin_url) as db:
        found = db.execute(
            """
            select count(*), count(*) - count(distinct (slot_id, seat)) from appointment where live
            """
        ).fetchone()
    assert found is not None
    return {"sold": int(found[0]), "doubled": int(found[1])}


def hot_slot(stage: Stage, size: str) -> Result:
    """200 clients press at once; five times, each time another slot."""
    database = stage.copy(stage.template(size), "hot_slot")
    wishes.make(database)
    them = wishes.read(database, 0, 3 * CLIENTS_OF_A_SLOT * HOT_ROUNDS)
    adults = [it for it in them if it.is_adult]
    winners, load, slowest = [], Load(), []
    with running(database.url, stage.var) as serving:
        for number in range(HOT_ROUNDS):
            start = number * CLIENTS_OF_A_SLOT
            wanted = adults[start : start + CLIENTS_OF_A_SLOT]
            requests = [request(replace(it, slot=wanted[0].slot)) for it in wanted]
            answers = uvloop.run(_at_once(serving.port, requests, load))
            winners.append(sum(it.status == 201 for it in answers))
            slowest.append(max(it.seconds for it in answers) * 1000)
    return Result(
        "hot_slot",
        p50_ms=load.percentile(0.5),
        p99_ms=load.percentile(0.99),
        errors=load.errors(201, 409, 503),
        more={
            "winners": max(winners) if min(winners) == 1 else 0,
            "slowest_ms": sorted(slowest)[HOT_ROUNDS // 2],
            "slowest_ms_of_rounds": [round(it) for it in slowest],
            "answered_503": load.statuses[503],
        },
    )


async def _at_once(port: int, requests: list[bytes], load: Load) -> list[Answer]:
    callers = [await Caller.to(port, load) for _ in requests]
    answers = await asyncio.gather(
        *(caller.ask(request) for caller, request in zip(callers, requests, strict=True))
    )
    for caller in callers:
        caller.close()
    return answers
