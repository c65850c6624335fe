"""Strict reading of the region's answers: every element in its place, nothing more, nothing less.

The real federal side throws at an unknown, missing or reordered element; so does this.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from lxml import etree

from registratura_standins.gosuslugi.soap import ER

Read = TypeVar("Read")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SLOT_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+\d\d:\d\d")
_YEARS = range(1900, 2201)


class Nonsense(Exception):
    """An answer that the profile does not allow; `reason` names the element, not its content."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Sequence:
    """The children of an element, taken one after another in the schema's order."""

    def __init__(self, parent: etree._Element) -> None:
        self._parent = parent
        self._left = [it for it in parent if isinstance(it.tag, str)]

    def element(self, name: str) -> "Sequence":
        """The next child, which must be `name`."""
        found = self.maybe_element(name)
        if found is None:
            raise self._wrong(f"{name} is missing")
        return found

    def maybe_element(self, name: str) -> "Sequence | None":
        """The next child if it is `name`."""
        if not self.next_is(name):
            return None
        return Sequence(self._left.pop(0))

    def text(self, name: str) -> str:
        """The text of the next child, which must be `name` and say something."""
        found = self.maybe_text(name)
        if found is None:
            raise self._wrong(f"{name} is missing")
        return found

    def maybe_text(self, name: str, *, may_be_empty: bool = False) -> str | None:
        """The text of the next child if it is `name`. An empty one is against the schema."""
        found = self.maybe_element(name)
        if found is None:
            return None
        text = found.own_text()
        if not text and not may_be_empty:
            raise self._wrong(f"{name} is empty")
        return text

    def many(self, name: str, read: Callable[["Sequence"], Read]) -> tuple[Read, ...]:
        """Every next child called `name`: at least one."""
        found = []
        while self.next_is(name):
            child = self.element(name)
            found.append(read(child))
            child.end()
        if not found:
            raise self._wrong(f"{name} is missing")
        return tuple(found)

    def next_is(self, name: str) -> bool:
        """Whether the next child is `name`."""
        return bool(self._left) and self._left[0].tag == f"{{{ER}}}{name}"

    def end(self) -> None:
        """Nothing may be left."""
        if self._left:
            raise self._wrong("something more than the schema knows")

    def own_text(self) -> str:
        """Its text; children are against the schema."""
        self.end()
        return " ".join((self._parent.text or "").split())

    def _wrong(self, reason: str) -> Nonsense:
        return Nonsense(f"{etree.QName(self._parent).localname}: {reason}")


def whole_number(text: str) -> int:
    """An integer."""
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise Nonsense("a number was expected")
    return int(text)


def guid(text: str) -> str:
    """Eight-four-four-four-twelve hexadecimal digits, no braces."""
    if not _GUID.fullmatch(text):
        raise Nonsense("a GUID was expected")
    return text


def snils(text: str) -> str:
    """Eleven digits, no punctuation."""
    if not re.fullmatch(r"[0-9]{11}", text):
        raise Nonsense("a СНИЛС was expected")
    return text


def slot_time(text: str) -> str:
    """A slot's time by its own pattern: seconds, a positive offset, no fraction. Kept as text."""
    if not _SLOT_TIME.fullmatch(text):
        raise Nonsense("a slot's time was expected")
    moment(text)
    return text


def moment(text: str) -> datetime:
    """A moment with its offset, of a year that every clock here can show."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Nonsense("a moment was expected") from None
    if read.tzinfo is None:
        raise Nonsense("a moment without an offset")
    if read.year not in _YEARS:
        raise Nonsense("a year that no visit has")
    return read


def day(text: str) -> date:
    """A date; the profile allows an offset after it, which says nothing."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise Nonsense("a date was expected") from None
