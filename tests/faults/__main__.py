"""`python -m tests.faults`: the proof in under three minutes; exit status 1 if it does not hold."""

import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import uvloop

from registratura_ground import embedded
from tests.faults import report
from tests.faults.checker import Verdict
from tests.faults.faults import KINDS
from tests.faults.ground import Ground, prepare
from tests.faults.mutants import MUTANTS
from tests.faults.run import Outcome, Plan, load, run

CLIENTS = 24
LIMIT = 170  # seconds for everything
MAIN = Plan(
    "faults_main",
    CLIENTS,
    seconds=60,
    longest=75,
    settling=20,
    faults=tuple(KINDS),
    rounds=report.ROUNDS,
)
RESULT, JOURNALS = Path("var/faults.json"), Path("var/faults")


def main() -> int:
    """Run all; 0 if the proof holds."""
    began = time.monotonic()
    signal.alarm(LIMIT + 8)  # whatever hangs, it ends; what we started ends with us
    folder = Path(tempfile.mkdtemp(prefix="registratura-faults-"))
    RESULT.unlink(missing_ok=True)  # an old one must not stand for a run that fell
    shutil.rmtree(JOURNALS, ignore_errors=True)
    server = embedded.start(folder / "postgres")
    try:
        ground = prepare(server, folder, CLIENTS)
        print(f"Стенд готов за {time.monotonic() - began:.0f} с.", flush=True)
        failed = _loop(_prove(ground, began + LIMIT - time.monotonic()))
        if failed:
            shutil.copytree(folder / "log", JOURNALS / "log")
    finally:
        server.erase()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"Всё вместе {time.monotonic() - began:.0f} с. {'Не сошлось' if failed else 'Сошлось'}.")
    for words in failed:
        print(f"  {words}")
    return 1 if failed else 0


async def _prove(ground: Ground, seconds: float) -> list[str]:
    """The main run and the mutants; why the proof does not hold."""
    mutants: dict[str, Verdict] = {}
    outcome: Outcome | None = None
    try:
        async with asyncio.timeout(seconds):
            ground.copy(MAIN.database)
            loaded = await load(ground, MAIN, JOURNALS)
            judging = asyncio.create_task(loaded.judge())  # the worker tells, the mutants run
            for mutant in MUTANTS:
                plan = Plan(mutant.name, CLIENTS, seconds=12, longest=15, settling=8, pushes=False)
                ground.copy(plan.database)
                mutant.break_it(ground, plan.database)
                mutants[mutant.name] = (await run(ground, plan, JOURNALS)).verdict
                print(report.tell_mutant(mutant, mutants[mutant.name]), flush=True)
            outcome = await judging
            print(report.tell(outcome), flush=True)
    except TimeoutError:
        print(f"Не уложилось в {LIMIT} с.")
    if outcome is None:
        return ["главный прогон не окончен"]
    report.write(RESULT, outcome, mutants)
    return report.shortcomings(outcome, mutants)


def _loop(work: Coroutine[Any, Any, list[str]]) -> list[str]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


if __name__ == "__main__":
    sys.exit(main())
