"""The database's own limit: recorded statements, or a floor's, run again by pgbench."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks.recording import Statement, Told
from benchmarks.stage import Database, pgbench
from registratura.db.pool import OPTIONS

HERE = Path(__file__).parent
FLOOR_BOOK = HERE / "floor_book.sql"
FLOOR_SEARCH = HERE / "floor_search.sql"
CLIENTS = 16
_PLACE = re.compile(r"%\((\w+)\)s|%%|(\$\d+)")
_COMMENT = re.compile(r"--[^\n]*")
_COLON_WORD = re.compile(r"(?<!:):(?=[A-Za-z_])")


@dataclass(frozen=True)
class Script:
    """A transaction for pgbench: its text and the values that are the same in all."""

    name: str
    text: str
    constants: Mapping[str, str]


class Replay:
    """Turns recorded statements into a script; values that differ between wishes become variables.

    `varying` maps a value of the recorded wish, as psycopg writes it, to the column of
    `bench_wish` from which each transaction draws its own.
    """

    def __init__(self, varying: Mapping[str, str]) -> None:
        self._varying = {_plain(value): column for value, column in varying.items()}
        self._constants: dict[tuple[str, str], str] = {}

    def script(self, name: str, said: Sequence[Statement]) -> Script:
        """The whole transaction, its draw from `bench_wish` first."""
        text = [draw(*dict.fromkeys(self._varying.values()))]
        text += [self._statement(it) for it in said]
        constants = {variable: value for (value, _), variable in self._constants.items()}
        return Script(name, "\n".join(text) + "\n", constants)

    def _statement(self, statement: Statement) -> str:
        text = _COMMENT.sub("", statement.text)
        if _COLON_WORD.search(text):
            raise ValueError(f"pgbench would take a word after a colon for a variable: {text}")
        if statement.parameters:
            text = _PLACE.sub(lambda found: self._put(found, statement.parameters), text)
        return text.strip().rstrip(";") + ";"

    def _put(self, found: re.Match[str], parameters: Mapping[str, Told]) -> str:
        name = found[1] or found[2]
        return self._value(parameters[name]) if name else "%"

    def _value(self, told: Told) -> str:
        if told.text is None:
            return "null"
        if told.elements and any(self._column(it) for it in told.elements):
            inside = ", ".join(self._value(it) for it in told.elements)
            return f"array[{inside}]" + (f"::{told.type}" if told.type != "text[]" else "")
        cast = f"::{told.type}" if told.type not in ("", "text[]") else ""
        return f":{self._column(told) or self._constant(told)}{cast}"

    def _column(self, told: Told) -> str | None:
        return self._varying.get(_plain(told.text)) if told.text else None

    def _constant(self, told: Told) -> str:
        key = (told.text or "", told.type)
        return self._constants.setdefault(key, f"c{len(self._constants)}")


def draw(*columns: str) -> str:
    """Lines that draw the next wish of this client into variables."""
    return (
        "\\set k :k + 1\n\\set n :base + :client_id * :share + :k\n"
        f"select {', '.join(columns) or 'n'} from bench_wish where n = :n \\gset\n"
    )


def floor(path: Path) -> Script:
    """One of the two fixed scripts."""
    return Script(path.stem, path.read_text(encoding="utf-8"), {})


def run(database: Database, script: Script, base: int, many: int, var: Path) -> float:
    """Transactions in a second, over `many` wishes that follow `base`; refuses one that fails.

    Counted from when every connection has made its plans, as the registry's have long done.
    """
    file = var / f"{script.name}.sql"
    file.write_text(script.text, encoding="utf-8")
    share = many // CLIENTS
    defined = {"base": str(base), "share": str(share), "k": "0", **script.constants}
    command = [pgbench(), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1"]
    command += ["-t", str(share), "-f", str(file), "-l", "--log-prefix", str(file)]
    command += [f"-D{name}={value}" for name, value in defined.items()]
    done = subprocess.run(  # noqa: S603 - the server's own program
        command, env=_environment(database.url), capture_output=True, text=True, check=False
    )
    failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
    if done.returncode or (failed and int(failed[1])):
        raise RuntimeError(f"{script.name}: {done.stderr.strip()[-1500:] or done.stdout}")
    return _rate(file)


def _rate(file: Path) -> float:
    """From pgbench's log, a line for each transaction: client, number, …, second, microsecond."""
    first: dict[str, float] = {}
    ends = []
    for log in file.parent.glob(f"{file.name}.*"):
        for client, _, _, _, second, micro in map(str.split, log.read_text().splitlines()):
            at = int(second) + int(micro) / 1e6
            first.setdefault(client, at)
            ends.append(at)
        log.unlink()
    began = max(first.values())
    return sum(at > began for at in ends) / (max(ends) - began)


def without_draw(per_s: float, draws_per_s: float) -> float:
    """The rate without the one statement that fetches the wish, which the registry does not ask."""
    return 1 / (1 / per_s - 1 / draws_per_s) if draws_per_s > per_s else per_s


DRAW = Script("draw", draw("patient", "slot"), {})


def _environment(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    return {
        "PGHOST": parse_qs(parts.query)["host"][0],
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
        "PGOPTIONS": OPTIONS,
        "LC_ALL": "C.UTF-8",
    }


def _plain(text: str) -> str:
    return text.replace("-", "")
