"""When the proof holds, and what is written for machines."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.faults import report
from tests.faults.checker import Finding, Verdict
from tests.faults.faults import KINDS
from tests.faults.mutants import MUTANTS
from tests.faults.run import Outcome

SEEN = {it.name: Verdict(300, 5, 0, [Finding(it.shows, it.rule, "…")]) for it in MUTANTS}  # type: ignore[arg-type]
OFTEN = Counter(dict.fromkeys((*KINDS, "requests_repeated"), 3))


def outcome(
    acknowledged: int = 500,
    faults: Counter[str] = OFTEN,
    findings: tuple[Finding, ...] = (),
    federal: int = 30,
) -> Outcome:
    """A main run in which all was well, unless said otherwise."""
    verdict = Verdict(acknowledged, 40, 30, findings)
    return Outcome(verdict, faults, longest_gap=1.0, seconds=60.0, federal=federal)


def test_a_good_run_with_both_mutants_seen_holds() -> None:
    assert report.shortcomings(outcome(), SEEN) == []


@pytest.mark.parametrize("kind", ["lost", "doubled", "unexplained"])
def test_one_finding_of_any_kind_is_too_many(kind: str) -> None:
    finding = Finding(kind, "I1", "…")  # type: ignore[arg-type]
    assert len(report.shortcomings(outcome(findings=(finding,)), SEEN)) == 1


def test_too_few_acknowledged_do_not_prove_anything() -> None:
    assert len(report.shortcomings(outcome(acknowledged=499), SEEN)) == 1


def test_too_few_by_the_federal_portal_do_not_either() -> None:
    assert len(report.shortcomings(outcome(federal=29), SEEN)) == 1


@pytest.mark.parametrize("kind", OFTEN)
def test_every_kind_of_fault_has_to_strike_three_times(kind: str) -> None:
    assert len(report.shortcomings(outcome(faults=OFTEN - Counter({kind: 1})), SEEN)) == 1


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda it: it.name)
def test_a_mutant_that_was_not_seen_or_for_another_reason_fails(mutant: object) -> None:
    name = getattr(mutant, "name", "")
    missing = {it: verdict for it, verdict in SEEN.items() if it != name}
    assert len(report.shortcomings(outcome(), missing)) == 1
    otherwise = Verdict(300, 5, 0, [Finding("unexplained", "I7", "…")])
    assert len(report.shortcomings(outcome(), SEEN | {name: otherwise})) == 1


def test_the_file_for_machines_has_these_keys(tmp_path: Path) -> None:
    file = tmp_path / "var" / "faults.json"
    report.write(file, outcome(), SEEN)
    told = json.loads(file.read_text(encoding="utf-8"))
    assert list(told) == [
        *("acknowledged", "refused", "unknown", "lost", "doubled", "unexplained"),
        *("federal", "faults", "mutants"),
    ]
    assert told["faults"] == dict(OFTEN)
    assert told["mutants"]["seat_constraint_dropped"]["doubled"] == 1
    assert told["mutants"]["key_switched_off"]["unexplained"] == 1
