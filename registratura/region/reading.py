"""Reads one file as a stream: lines, cells, faults; memory does not grow with the file."""

import csv
from collections.abc import Callable, Iterator
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from registratura.people.policies import DIGITS, fits_check_digit
from registratura.region.cells import NULL, CellRefused
from registratura.region.files import FILES, File
from registratura.region.report import Fault, Faults, FileBroken

if TYPE_CHECKING:
    from _csv import Reader as _CsvReader

_Pick = Callable[[list[str]], tuple[str, ...]]
_LONGEST_LINE = 100_000  # bytes
_BOM = b"\xef\xbb\xbf"


def check_folder(folder: Path) -> None:
    """Raises `FileBroken` where a needed file is missing, or one lies there that nobody reads."""
    if not folder.is_dir():
        raise FileBroken(str(folder), None, "нет такой папки")
    for file in FILES:
        if file.needed and not (folder / file.file_name).is_file():
            raise FileBroken(file.file_name, None, f"нет в папке {folder}")
    known = {file.file_name for file in FILES}
    for path in sorted(folder.glob("*.csv")):
        if path.name not in known:
            raise FileBroken(path.name, None, "неизвестный файл: проверьте имя или уберите его")


class Reader:
    """Gives the rows of one file as COPY text and keeps what it saw on the way."""

    def __init__(self, folder: Path, file: File, faults: Faults) -> None:
        self.path = folder / file.file_name
        self.file = file
        self.faults = faults
        self.rows = 0
        self.doubtful_policies = 0
        self._last_line = 0  # of the row before: where a broken quote began

    def chunks(self, size: int = 2000) -> Iterator[str]:
        """COPY text of up to `size` rows each. Raises `FileBroken`; a faulty cell becomes NULL."""
        try:
            with self.path.open("rb") as source:
                lines = self._lines(partial(source.readline, _LONGEST_LINE))
                reader = csv.reader(lines, strict=True)
                chunk: list[str] = []
                for row in self._rows(reader):
                    chunk.append(row)
                    if len(chunk) == size:
                        yield "".join(chunk)
                        chunk.clear()
                yield "".join(chunk)
        except OSError as error:
            raise self._broken(None, f"не читается: {error.strerror}") from None
        except csv.Error as error:
            raise self._broken(self._last_line + 1, _csv_words(error)) from None

    def _lines(self, readline: partial[bytes]) -> Iterator[str]:
        for line, raw in enumerate(iter(readline, b""), start=1):
            if line == 1 and raw.startswith(_BOM):
                raw = raw.removeprefix(_BOM)
            if b"\0" in raw:
                raise self._broken(line, "нулевой байт: это не текстовый файл")
            if len(raw) >= _LONGEST_LINE:
                raise self._broken(line, f"строка длиннее {_LONGEST_LINE} байт")
            try:
                yield raw.decode()
            except UnicodeDecodeError:
                raise self._broken(line, "кодировка не UTF-8") from None

    def _rows(self, reader: "_CsvReader") -> Iterator[str]:
        pick = self._header(next(reader, None))
        parsers = [column.parse for column in self.file.columns]
        width = len(parsers)
        policy = self._policy_column()
        for found in reader:
            line = self._last_line = reader.line_num
            if len(found) != width:
                if found:
                    self._fault(line, None, f"полей {len(found)}, а столбцов {width}")
                continue
            row = pick(found)
            self.rows += 1
            try:
                cells = [parse(cell.strip()) for parse, cell in zip(parsers, row, strict=True)]
            except CellRefused:
                cells = self._mend(line, row)
            if policy is not None and _is_doubtful(row[policy].strip()):
                self.doubtful_policies += 1
            yield _copy_line(line, cells)

    def _header(self, names: list[str] | None) -> _Pick:
        expected = [column.name for column in self.file.columns]
        found = [name.strip() for name in names or []]
        missing = [name for name in expected if name not in found]
        extra = [name for name in found if name not in expected]
        if missing:
            raise self._broken(1, f"в заголовке нет столбца {', '.join(missing)}")
        if extra or len(found) != len(expected):
            twice = extra or [name for name in expected if found.count(name) > 1]
            raise self._broken(1, f"лишний столбец в заголовке: {', '.join(twice)[:100]}")
        self._last_line = 1
        order = [found.index(name) for name in expected]
        return itemgetter(*order)

    def _policy_column(self) -> int | None:
        names = [column.name for column in self.file.columns]
        return names.index("number") if self.file.name == "policies" else None

    def _mend(self, line: int, row: tuple[str, ...]) -> list[str]:
        """The row with NULL for every faulty cell, so that the later checks see the rest."""
        cells = []
        for column, cell in zip(self.file.columns, row, strict=True):
            try:
                cells.append(column.parse(cell.strip()))
            except CellRefused as refused:
                self._fault(line, column.name, str(refused))
                cells.append(NULL)
        return cells

    def _fault(self, line: int, column: str | None, reason: str) -> None:
        self.faults.add(Fault(self.file.file_name, line, column, reason))

    def _broken(self, line: int | None, reason: str) -> FileBroken:
        return FileBroken(self.file.file_name, line, reason)


def _copy_line(line: int, cells: list[str]) -> str:
    return f"{line}\t" + "\t".join(cells) + "\n"


def _is_doubtful(policy_number: str) -> bool:
    return (
        len(policy_number) == DIGITS
        and policy_number.isdecimal()
        and not fits_check_digit(policy_number)
    )


def _csv_words(error: csv.Error) -> str:
    if "unexpected end" in str(error) or "field limit" in str(error):
        return "кавычка открыта и не закрыта"
    return "неверно расставлены кавычки"
