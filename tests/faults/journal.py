"""The clients' journal: what was sent, before it was sent, and what was answered to it."""

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal, TextIO

Deed = Literal["book", "cancel", "look"]
Said = Literal["sent", "yes", "no", "unknown"]

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Entry:
    """One line. A sending has a line before it leaves (`sent`) and one when its answer is in.

    `key` is the form's own for a booking; of a cancelling and of a look at a ticket, the visit.
    """

    deed: Deed
    key: str
    patient: str
    slot: str = ""
    replaces: str = ""  # the visit that a booking moves
    sending: int = 0
    said: Said = "sent"
    at: float = 0.0  # seconds of one clock for all clients
    visit: str = ""  # what a booking gave
    standing: str = ""  # the visit that a clash was told with
    status: int = 0  # of HTTP; 0 where nothing came
    words: str = ""


class Journal:
    """The lines of one run, in memory for the checker and in a file for whoever searches."""

    def __init__(self, file: TextIO | None = None) -> None:
        self.entries: list[Entry] = []
        self._file = file

    def send(self, entry: Entry) -> Entry:
        """Write down what is about to be sent; it gets its number."""
        return self._add(replace(entry, sending=next(_numbers), said="sent", at=time.monotonic()))

    def answer(
        self,
        sent: Entry,
        said: Said,
        *,
        visit: str = "",
        standing: str = "",
        status: int = 0,
        words: str = "",
    ) -> Entry:
        """Write down what came back of a sending."""
        answered = replace(sent, said=said, at=time.monotonic(), visit=visit, standing=standing)
        return self._add(replace(answered, status=status, words=words))

    def _add(self, entry: Entry) -> Entry:
        self.entries.append(entry)
        if self._file is not None:
            self._file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
            self._file.flush()
        return entry


@contextmanager
def written_to(file: Path) -> Iterator[Journal]:
    """A journal whose lines are on disk as soon as they are written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as lines:
        yield Journal(lines)
