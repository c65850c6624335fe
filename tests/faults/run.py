"""One run: a system over a copy of the base, clients over the system, and the checker's verdict."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random

import httpx

from tests.faults import records
from tests.faults.asking import Asker
from tests.faults.browser import PATIENCE, Browser, Traffic
from tests.faults.checker import Verdict, check
from tests.faults.clients import Client
from tests.faults.deeds import put_together
from tests.faults.faults import rage
from tests.faults.federal_client import FederalClient
from tests.faults.ground import Ground
from tests.faults.journal import Journal, written_to
from tests.faults.system import System
from tests.given.federation import Federation

SESSION_COOKIE = "registratura_session"
_FEDERAL = 6  # one of so many clients comes by the federal portal
_CALM = 4.5  # seconds after which no request that lost its client is still carried out
_TELLING = 60.0  # seconds for the worker to tell everybody of everything


AnyClient = Client | FederalClient


@dataclass(frozen=True)
class Plan:
    """How long, and what happens meanwhile."""

    database: str
    clients: int
    seconds: float  # of load, at least
    longest: float  # seconds of load, though a fault be missing still
    settling: float  # seconds for everything to get its answer after the load
    faults: tuple[str, ...] = ()
    rounds: int = 0  # of every kind of fault, at least
    pushes: bool = True  # to a federation


@dataclass
class Outcome:
    """What a run gave."""

    verdict: Verdict
    faults: Counter[str]
    longest_gap: float  # seconds without any yes, under load
    seconds: float  # of load
    fallen: list[str] = field(default_factory=list)
    federal: int = 0  # of what was acknowledged, by the federal portal


@dataclass
class Loaded:
    """A run whose clients have every answer. The worker still works."""

    system: System
    journal: Journal
    faults: Counter[str] = field(default_factory=Counter)
    began: float = 0.0  # of the load, on the journal's clock
    ended: float = 0.0

    async def judge(self) -> Outcome:
        """Wait until everything is told, or long enough; stop the system; check.

        Jobs that died with their worker are given back only when its heartbeat is missed.
        """
        system = self.system
        url = system.ground.url(system.database)
        try:
            await asyncio.to_thread(records.wait_until_told, url, _TELLING)
        finally:
            system.stop()
        pushed = system.federation.briefs if system.federation else None
        rows = await asyncio.to_thread(records.read, url, pushed)
        return Outcome(
            verdict=check(rows.with_ids(self.journal.entries), rows),
            faults=self.faults + Counter(requests_repeated=_repeated(self.journal)),
            longest_gap=_longest_gap(self.journal, self.ended),
            seconds=self.ended - self.began,
            fallen=system.fallen,
            federal=_federal(self.journal),
        )


async def load(ground: Ground, plan: Plan, journals: Path) -> Loaded:
    """Start, load, strike, settle. If this does not return, everything it started has ended."""
    system = System(ground, plan.database, Federation() if plan.pushes else None)
    with written_to(journals / f"{plan.database}.jsonl") as journal:
        loaded = Loaded(system, journal)
        try:
            await system.start()
            await _load(loaded, plan)
        except BaseException:
            system.stop()
            raise
    return loaded


async def run(ground: Ground, plan: Plan, journals: Path) -> Outcome:
    """One run from its start to its verdict."""
    return await (await load(ground, plan, journals)).judge()


async def _load(loaded: Loaded, plan: Plan) -> None:
    over, traffic, system = asyncio.Event(), Traffic(), loaded.system
    async with contextlib.AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(_client(system, loaded.journal, traffic, number))
            for number in range(plan.clients)
        ]
        loaded.began = time.monotonic()
        living = asyncio.create_task(_live(clients, over))
        striking = asyncio.create_task(_strike(loaded, plan, traffic))
        # a client that falls by a fault of its own ends the run at once
        await asyncio.wait({living, striking}, return_when=asyncio.FIRST_COMPLETED)
        over.set()
        loaded.ended = time.monotonic()
        for client in clients:
            client.asker.deadline = loaded.ended + plan.settling
        if living.done():
            striking.cancel()
        await asyncio.gather(striking, return_exceptions=living.done())
        await system.mend()
        await living
        await _settle(clients)


async def _live(clients: list[AnyClient], over: asyncio.Event) -> None:
    await asyncio.gather(*(client.live(over) for client in clients))


async def _strike(loaded: Loaded, plan: Plan, traffic: Traffic) -> None:
    """Until the plan's seconds are over, with its faults meanwhile."""
    until = loaded.began + plan.seconds
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(plan.longest):
            await rage(loaded.system, traffic, loaded.faults, plan.faults, plan.rounds, until)
            await asyncio.sleep(max(0.0, until - time.monotonic()))


async def _settle(clients: list[AnyClient]) -> None:
    """Ask again about what was refused after an unknown: its first sending may have come late."""
    if any(client.asker.doubtful for client in clients):
        await asyncio.sleep(_CALM)
        await asyncio.gather(*(client.asker.ask_again() for client in clients))


@contextlib.asynccontextmanager
async def _client(
    system: System, journal: Journal, traffic: Traffic, number: int
) -> AsyncIterator[AnyClient]:
    resident = system.ground.town.residents[number]
    limits = httpx.Limits(max_connections=8, keepalive_expiry=30)
    async with httpx.AsyncClient(
        verify=False, trust_env=False, timeout=PATIENCE, limits=limits
    ) as http:
        http.cookies.set(SESSION_COOKIE, resident.session, domain="127.0.0.1")
        browser = Browser(http, system.doors, journal, traffic)
        town, random = system.ground.town, Random(number)
        if number % _FEDERAL == 1:
            yield FederalClient(browser, town, resident, random, Asker(random))
        else:
            yield Client(browser, town, resident.patient, random, Asker(random))


def _repeated(journal: Journal) -> int:
    deeds = put_together(journal.entries)
    return sum(len(it.sendings) - 1 for it in deeds if it.kind == "book")


def _federal(journal: Journal) -> int:
    """Bookings whose key is a session and a slot."""
    deeds = put_together(journal.entries)
    return sum(it.kind == "book" and "/" in it.key and bool(it.visits) for it in deeds)


def _longest_gap(journal: Journal, ended: float) -> float:
    answers = [it for it in journal.entries if it.deed != "look" and it.at < ended]
    moments = [it.at for it in answers if it.said == "yes"]
    return max((later - earlier for earlier, later in pairwise(moments)), default=0.0)
