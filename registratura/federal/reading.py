"""Fields of a request: text made into dates, times, ids; what is missing or malformed is named."""

import re
from datetime import date, datetime, time
from typing import Self
from uuid import UUID

from registratura.federal.wire import Node, fold_code

_GUID = re.compile(r"\{?([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}?")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:T[\d:.]+)?(?:Z|[+-]\d\d:\d\d)?")
_TIME = re.compile(r"(\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2200  # a moment beyond them is a slip, and overflows in a zone
_LONGEST = 2000  # characters of a text
_SHOWN = 100  # of what was typed, in the answer about a malformed field


class Unreadable(Exception):
    """A field is missing or malformed: its message, its path from the root, what stood there."""

    def __init__(self, message: str, path: str, value: str | None = None) -> None:
        self.message, self.path = message, path
        self.value = value[:_SHOWN] if value else None
        super().__init__(message)


class Fields:
    """An element whose children are read by name; `find_…` gives None, `get_…` insists."""

    def __init__(self, node: Node, path: str = "") -> None:
        self._node = node
        self.path = f"{path}/{node.tag}" if path else node.tag

    def find(self, *names: str) -> Self | None:
        """The first child of any of these names."""
        return next((it for name in names for it in self.all(name)), None)

    def get(self, *names: str) -> Self:
        """The same; raises `Unreadable` where there is none."""
        found = self.find(*names)
        if found is None:
            raise Unreadable("Нет обязательного элемента", f"{self.path}/{names[0]}")
        return found

    def all(self, name: str) -> list[Self]:
        """Every child of that name that is not empty."""
        return [type(self)(node, self.path) for node in self._node.all(name)]

    def find_text(self, name: str, longest: int = _LONGEST) -> str | None:
        """Text with single blanks; empty is absent."""
        node = self._node.find(name)
        if node is None or not node.text:
            return None
        if len(node.text) > longest:
            raise self.unreadable(name, f"Длиннее {longest} знаков", node.text)
        return node.text

    def find_start(self, name: str, most: int) -> str | None:
        """The first characters of a text that may be of any length."""
        node = self._node.find(name)
        return node.text[:most] or None if node is not None else None

    def get_text(self, name: str, longest: int = _LONGEST) -> str:
        """The same; raises `Unreadable` where there is none."""
        found = self.find_text(name, longest)
        if found is None:
            raise self.unreadable(name, "Нет обязательного элемента")
        return found

    def texts(self, name: str) -> list[str]:
        """The text of every child of that name."""
        return [node.text for node in self._node.all(name) if node.text]

    def find_code(self, name: str) -> str | None:
        """A value of a code list, its look-alike letters folded."""
        found = self.find_text(name)
        return fold_code(found) if found else None

    def find_guid(self, name: str) -> UUID | None:
        """A GUID, with braces or without; None where it is malformed too: nobody has such an id."""
        fitting = _GUID.fullmatch(self.find_text(name) or "")
        return UUID(fitting[1]) if fitting else None

    def find_date(self, name: str) -> date | None:
        """A date; a time or a zone after it is passed over."""
        found = self.find_text(name)
        if found is None:
            return None
        fitting = _DATE.fullmatch(found)
        try:
            return date.fromisoformat(fitting[1] if fitting else "")
        except ValueError:
            raise self.unreadable(name, "Нужна дата вида 2027-02-01", found) from None

    def get_date(self, name: str) -> date:
        """The same; raises `Unreadable` where there is none."""
        found = self.find_date(name)
        if found is None:
            raise self.unreadable(name, "Нет обязательного элемента")
        return found

    def get_likely_date(self, name: str) -> date:
        """The same, of a year with which one can reckon on; raises `Unreadable` beyond them."""
        found = self.get_date(name)
        if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
            raise self.unreadable(name, "Такого года быть не может", found.isoformat())
        return found

    def find_time(self, name: str) -> time | None:
        """A time of day of the clinic; fraction and offset are passed over."""
        found = self.find_text(name)
        if found is None:
            return None
        fitting = _TIME.fullmatch(found)
        try:
            return time.fromisoformat(fitting[1] if fitting else "")
        except ValueError:
            raise self.unreadable(name, "Нужно время вида 08:00:00", found) from None

    def get_moment(self, name: str) -> datetime:
        """A date with its time of day, with or without an offset (`xsd:dateTime`); raises
        `Unreadable` where there is none, no such moment, or none that a clock shows."""
        found = self.get_text(name)
        try:
            read = datetime.fromisoformat(found if _MOMENT.fullmatch(found) else "")
            if not _FIRST_YEAR <= read.year <= _LAST_YEAR:
                raise ValueError
        except ValueError:
            raise self.unreadable(
                name, "Нужны дата и время вида 2027-02-01T08:20:00+03:00", found
            ) from None
        return read

    def get_number(self, name: str) -> int:
        """A whole number of up to nine digits; raises `Unreadable` where there is none."""
        found = self.get_text(name)
        if not (found.isascii() and found.isdigit() and len(found) < 10):
            raise self.unreadable(name, "Нужно целое число", found)
        return int(found)

    def unreadable(self, name: str, message: str, value: str | None = None) -> Unreadable:
        """What is wrong with a child."""
        return Unreadable(message, f"{self.path}/{name}", value)


def guid_text(text: str | None) -> str | None:
    """The GUID as it was written, without braces; None for what is none."""
    fitting = _GUID.fullmatch(text or "")
    return fitting[1] if fitting else None
