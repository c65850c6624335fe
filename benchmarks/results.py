"""What a measurement says: a row of the table, an object of `var/bench.json`, beside its target."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_COLUMNS = ("per_s", "ratio", "floor_ratio", "p50_ms", "p99_ms", "errors")


@dataclass(frozen=True)
class Result:
    """One key. A number that does not apply is None; `more` is told after the table."""

    key: str
    per_s: float | None = None
    ratio: float | None = None
    floor_ratio: float | None = None
    p50_ms: float | None = None
    p99_ms: float | None = None
    errors: int | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    def told(self) -> dict[str, object]:
        """For JSON, without what does not apply."""
        own = {name: getattr(self, name) for name in _COLUMNS}
        given = {name: _rounded(it) for name, it in own.items() if it is not None}
        return given | {name: _rounded(it) for name, it in self.more.items()}


@dataclass(frozen=True)
class Target:
    """A number that a key shall reach, or stay under."""

    name: str
    least: float | None = None
    below: float | None = None

    def missed(self, result: Mapping[str, object]) -> str:
        """Where it was missed, by how much; else nothing."""
        found = result.get(self.name)
        if not isinstance(found, int | float):
            return ""
        if self.least is not None and found < self.least:
            return f"{self.name} {found} < {self.least}"
        if self.below is not None and found >= self.below:
            return f"{self.name} {found} >= {self.below}"
        return ""


def least(name: str, number: float) -> Target:
    """At least."""
    return Target(name, least=number)


def below(name: str, number: float) -> Target:
    """Less than."""
    return Target(name, below=number)


NO_ERRORS = below("errors", 1)
TARGETS: Mapping[str, tuple[Target, ...]] = {
    "book_api": (
        least("ratio", 0.40),
        least("floor_ratio", 0.12),
        below("p99_ms", 100),
        NO_ERRORS,
    ),
    "book_portal": (least("ratio", 0.25), least("floor_ratio", 0.07), NO_ERRORS),
    "book_federal": (least("of_book_api", 0.50), NO_ERRORS),
    "search_doctor": (
        least("ratio", 0.15),
        least("floor_ratio", 0.07),
        below("p99_ms", 60),
        NO_ERRORS,
    ),
    "search_clinic": (least("ratio", 0.40), below("p99_ms", 60), NO_ERRORS),
    "rush": (
        least("sold", 500),
        below("sold", 501),
        below("doubled", 1),
        below("refusals_without_alternatives", 1),
        below("p99_ms", 1000),
        below("share_503", 0.01),
        NO_ERRORS,
    ),
    "hot_slot": (least("winners", 1), below("winners", 2), below("slowest_ms", 500), NO_ERRORS),
    "mixed": (below("memory_growth", 0.05), NO_ERRORS),
    "growth": (below("worst_at_1m", 1.2), below("worst_at_13m", 1.5), NO_ERRORS),
    "worker": (below("lag_s", 5), NO_ERRORS),
    "pages": (below("slowest_median_ms", 25), NO_ERRORS),
}


def table(results: Iterable[Result]) -> Iterable[str]:
    """Lines: a row for each key, under it what else was measured, and what was missed."""
    yield f"{'key':<15}" + "".join(f"{name:>13}" for name in _COLUMNS)
    for result in results:
        told = result.told()
        yield f"{result.key:<15}" + "".join(f"{_cell(told.get(it)):>13}" for it in _COLUMNS)
        yield from (f"    {name}: {_words(it)}" for name, it in told.items() if name in result.more)
        missed = (target.missed(told) for target in TARGETS.get(result.key, ()))
        yield from (f"    MISSED: {words}" for words in missed if words)


def write(path: Path, results: Iterable[Result], server: Mapping[str, str]) -> None:
    """The results of this run in `var/bench.json`; keys of earlier runs stay as they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known |= {"server": dict(server)} | {result.key: result.told() for result in results}
    path.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _rounded(value: object) -> object:
    if not isinstance(value, float):
        return value
    return round(value, 1) if abs(value) >= 10 else round(value, 3)


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _words(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {it}" for name, it in value.items())
    return str(value)
