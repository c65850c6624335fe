"""What the run says: counts in Russian for people, `var/faults.json` for machines."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from tests.faults.checker import Verdict
from tests.faults.faults import KINDS
from tests.faults.mutants import MUTANTS, Mutant
from tests.faults.run import Outcome

ENOUGH = 500  # acknowledged
ENOUGH_FEDERAL = 30  # bookings of them, by the federal portal
ROUNDS = 3  # of every kind of fault
_SHOWN = 10  # findings of a kind
_KINDS = {
    "connections_cut": "разорваны соединения клиентов",
    "application_killed": "убит портал",
    "postgres_killed": "убит PostgreSQL",
    "database_connections_cut": "разорваны соединения с базой",
    "backend_killed": "убит процесс PostgreSQL",
    "worker_killed": "убита служба заданий",
    "requests_repeated": "повторены запросы с тем же ключом",
}
_FOUND = {"lost": "потеряно", "doubled": "удвоено", "unexplained": "необъяснимо"}


def tell(outcome: Outcome) -> str:
    """The counts of the main run."""
    verdict = outcome.verdict
    lines = [
        f"Под нагрузкой {outcome.seconds:.0f} с, самый долгий перерыв {outcome.longest_gap:.1f} с.",
        f"  подтверждено {verdict.acknowledged} (записей через Госуслуги {outcome.federal}),"
        f" отказано {verdict.refused},"
        f" без ответа {verdict.unknown} (все выяснены повтором, если ниже нет иного)",
        *(f"  {_KINDS[kind]}: {outcome.faults[kind]}" for kind in _KINDS),
        "  " + ", ".join(f"{_FOUND[kind]} {verdict.count(kind)}" for kind in _FOUND),
        *_findings(verdict),
    ]
    if outcome.fallen:
        fallen = ", ".join(f"{name} ×{count}" for name, count in Counter(outcome.fallen).items())
        lines.append(f"  упали сами и запущены снова: {fallen}")
    return "\n".join(lines)


def tell_mutant(mutant: Mutant, verdict: Verdict) -> str:
    """What the checker saw of a mutant."""
    seen = "замечено" if mutant.is_seen(verdict) else "НЕ ЗАМЕЧЕНО"
    rules = Counter(it.rule for it in verdict.findings if it.kind == mutant.shows)
    by_rule = ", ".join(f"{rule} {count}" for rule, count in sorted(rules.items())) or "ни разу"
    found = f"{_FOUND[mutant.shows]} {verdict.count(mutant.shows)} ({by_rule})"
    return f"Мутант «{mutant.words}»: {seen}, {found}, подтверждено {verdict.acknowledged}."


def shortcomings(outcome: Outcome, mutants: Mapping[str, Verdict]) -> list[str]:
    """Why the proof does not hold; empty if it does."""
    verdict = outcome.verdict
    found = [f"{_FOUND[kind]}: {verdict.count(kind)}" for kind in _FOUND if verdict.count(kind)]
    if verdict.acknowledged < ENOUGH:
        found.append(f"подтверждено {verdict.acknowledged}, нужно {ENOUGH}")
    if outcome.federal < ENOUGH_FEDERAL:
        found.append(f"записей через Госуслуги {outcome.federal}, нужно {ENOUGH_FEDERAL}")
    found += [
        f"{_KINDS[kind]}: {outcome.faults[kind]}, нужно {ROUNDS}"
        for kind in (*KINDS, "requests_repeated")
        if outcome.faults[kind] < ROUNDS
    ]
    for mutant in MUTANTS:
        if mutant.name not in mutants or not mutant.is_seen(mutants[mutant.name]):
            found.append(f"мутант «{mutant.words}» не замечен")
    return found


def write(file: Path, outcome: Outcome, mutants: Mapping[str, Verdict]) -> None:
    """The counts for machines."""
    told = _counts(outcome.verdict) | {
        "federal": outcome.federal,
        "faults": {kind: outcome.faults[kind] for kind in _KINDS},
        "mutants": {name: _counts(verdict) for name, verdict in mutants.items()},
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _counts(verdict: Verdict) -> dict[str, object]:
    counts = {name: getattr(verdict, name) for name in ("acknowledged", "refused", "unknown")}
    return counts | {kind: verdict.count(kind) for kind in _FOUND}


def _findings(verdict: Verdict) -> list[str]:
    lines = []
    for kind, words in _FOUND.items():
        found = [it for it in verdict.findings if it.kind == kind]
        lines += [f"    {words}, {it.rule}: {it.words}" for it in found[:_SHOWN]]
        if len(found) > _SHOWN:
            lines.append(f"    … и ещё {len(found) - _SHOWN}")
    return lines
