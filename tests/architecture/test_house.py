"""Tests about the code itself: rooms, sizes, walls."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from registratura.booking import refusals as booking_refusals
from registratura.booking.model import TRANSITIONS, State
from registratura.refusal import Refusal

HOUSE = Path(__file__).parents[2]
LONGEST_FILE = 300
LONGEST_FUNCTION = 30
# One SQL statement that reads as a whole is not cut in two for the sake of a number.
LINES_OF_SQL_ARE_FREE = re.compile(r'"""[\s\S]*?"""')


def tracked(*endings: str) -> list[Path]:
    """Files under version control, or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    return [HOUSE / name for name in listed if name.endswith(endings) and (HOUSE / name).exists()]


def sources() -> list[Path]:
    return [path for path in tracked(".py") if "tests" not in path.relative_to(HOUSE).parts]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef, text: str) -> int:
    """Lines of a function's body, its docstring and its SQL not counted."""
    first = function.body[0].lineno - 1
    body = "\n".join(text.splitlines()[first : function.end_lineno])
    return LINES_OF_SQL_ARE_FREE.sub('""', body).count("\n") + 1


@pytest.mark.parametrize("path", tracked(".py"), ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_file_stays_under_three_hundred_lines(path: Path) -> None:
    assert path.read_text(encoding="utf-8").count("\n") <= LONGEST_FILE


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_functions_are_short_and_modules_say_what_they_are_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    long = {it.name: length(it, text) for it in functions(path)}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FUNCTION} == {}
    assert not text.strip() or ast.get_docstring(ast.parse(text))


def test_no_room_is_called_after_nothing() -> None:
    forbidden = {"utils", "helpers", "common", "core", "services", "managers"}
    assert [path for path in sources() if forbidden & {path.stem, path.parent.name}] == []


def test_every_state_is_in_the_transition_table_and_the_database_knows_the_same() -> None:
    assert set(TRANSITIONS) == set(State)
    sql = (HOUSE / "registratura/db/migrations/0002_booking.sql").read_text(encoding="utf-8")
    listed = re.search(r"state\s+text not null check \(state in\s+\(([^)]*)\)", sql)
    assert listed is not None
    assert set(re.findall(r"'(\w+)'", listed[1])) == set(State)


def all_refusals(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for refusal in of.__subclasses__():
        if "code" in refusal.__dict__:
            yield refusal
        yield from all_refusals(refusal)


def test_every_refusal_has_a_code_of_its_own_words_and_a_test() -> None:
    assert booking_refusals  # imported, so that its classes are known
    codes = [refusal.code for refusal in all_refusals()]
    assert len(codes) == len(set(codes))
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (HOUSE / "tests").rglob("*.py"))
    silent = [it.__name__ for it in all_refusals() if not it.words]
    untested = [
        it.__name__
        for it in all_refusals()
        if not re.search(rf"\b{it.__name__}\b", tests) and it.code not in tests
    ]
    assert (silent, untested) == ([], [])


def test_no_rule_and_no_statement_reads_a_clock_of_its_own() -> None:
    clock = re.compile(r"\b(now\(\)|current_timestamp|current_date|clock_timestamp\(\))")
    read = re.compile(r"datetime\.now\(|date\.today\(|time\.time\(")
    rooms = ("booking", "people", "directory", "audit", "outbox")
    for path in sources():
        parts = path.relative_to(HOUSE).parts
        if parts[0] != "registratura" or path.name == "health.py":  # it compares the two clocks
            continue
        text = path.read_text(encoding="utf-8")
        assert not clock.search(text), path
        if parts[1] in rooms:
            assert not read.search(text), path


def test_migrations_are_numbered_without_gaps() -> None:
    names = sorted(path.name for path in (HOUSE / "registratura/db/migrations").glob("*.sql"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


def test_no_two_things_wait_for_one_advisory_lock() -> None:
    registry = (path for path in sources() if path.is_relative_to(HOUSE / "registratura"))
    numbers = [it for path in registry for it in re.findall(r"\b740_\d{3}\b", path.read_text())]
    assert numbers
    assert len(numbers) == len(set(numbers))
