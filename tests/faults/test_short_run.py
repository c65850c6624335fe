"""The whole machinery once, briefly: real programs, real forms, two kinds of faults."""

import asyncio
from pathlib import Path

from registratura_ground import embedded
from tests.faults.ground import prepare
from tests.faults.run import Plan, run

CLIENTS = 8


def test_a_short_run_loses_nothing(server: embedded.Server, tmp_path: Path) -> None:
    ground = prepare(server, tmp_path, CLIENTS)
    kinds = ("connections_cut", "application_killed")
    plan = Plan("faults_short", CLIENTS, seconds=4, longest=15, settling=10, faults=kinds, rounds=1)
    ground.copy(plan.database)
    outcome = asyncio.run(run(ground, plan, tmp_path / "journals"))
    assert outcome.verdict.findings == []
    assert outcome.verdict.acknowledged > 0
    assert outcome.federal > 0
    assert min(outcome.faults[kind] for kind in kinds) > 0
