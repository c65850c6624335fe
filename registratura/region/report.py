"""What a load says: faults with their place, or how much was added, changed and left alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field

SHOWN = 200


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the files. `line` counts from 1, the header included."""

    file: str
    line: int | None
    column: str | None
    reason: str

    def __str__(self) -> str:
        place = [f"файл {self.file}"]
        if self.line is not None:
            place.append(f"строка {self.line}")
        if self.column is not None:
            place.append(f"столбец {self.column}")
        return f"{', '.join(place)}: {self.reason}"


@dataclass
class Faults:
    """The first `SHOWN` faults and the number of all: memory stays small, however bad a file is."""

    shown: list[Fault] = field(default_factory=list)
    total: int = 0

    def add(self, fault: Fault) -> None:
        """Count one more."""
        self.total += 1
        if len(self.shown) < SHOWN:
            self.shown.append(fault)

    def count_unseen(self, number: int) -> None:
        """Count faults that are not shown one by one."""
        self.total += number

    def lines(self) -> Iterator[str]:
        """For the operator, a fault a line."""
        yield from map(str, self.shown)
        if self.total > len(self.shown):
            yield f"… показаны первые {len(self.shown)}"


class RegionBroken(Exception):
    """The folder cannot be loaded; nothing was written. `faults` says why."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        super().__init__("\n".join(faults.lines()))


class FileBroken(Exception):
    """A file cannot be read as a table at all: reading stops at its first such place."""

    def __init__(self, file: str, line: int | None, reason: str) -> None:
        self.fault = Fault(file, line, None, reason)
        super().__init__(str(self.fault))


@dataclass(frozen=True)
class Moved:
    """What became of the rows of one file. `removed`: rows that the file no longer has."""

    rows: int
    added: int
    changed: int
    removed: int = 0

    @property
    def unchanged(self) -> int:
        """Rows that already stood so."""
        return self.rows - self.added - self.changed


@dataclass(frozen=True)
class Report:
    """A finished load, by file; `doubtful_policies` have a wrong check digit and were loaded.

    `blocked`: open times that stand in a day off or an absence and were closed.
    """

    files: dict[str, Moved]
    doubtful_policies: int = 0
    blocked: int = 0

    @property
    def changed_anything(self) -> bool:
        """False where the same folder was loaded before."""
        moved = any(it.added or it.changed or it.removed for it in self.files.values())
        return moved or self.blocked > 0

    def lines(self) -> Iterator[str]:
        """For the operator: a table, and a warning where there is one."""
        yield f"{'файл':<24}{'строк':>12}{'добавлено':>12}{'изменено':>12}{'без изменений':>16}"
        for name, it in self.files.items():
            yield f"{name:<24}{it.rows:>12}{it.added:>12}{it.changed:>12}{it.unchanged:>16}"
            if it.removed:
                yield f"{'':<24}убрано прежних строк: {it.removed}"
        if self.blocked:
            yield f"Закрыто времён в дни без приёма: {self.blocked}."
        if self.doubtful_policies:
            yield (
                "Предупреждение: не сходится контрольная цифра полиса,"
                f" таких строк: {self.doubtful_policies} (загружены)."
            )
