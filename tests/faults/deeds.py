"""Deeds: the sendings of one form with what each was answered, put together from the journal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.faults.journal import Deed as Kind
from tests.faults.journal import Entry, Said

NEVER = float("inf")


@dataclass
class Sending:
    """One sending of a form. What was never answered is unknown: it may yet be carried out."""

    sent_at: float
    answered_at: float = NEVER
    said: Said = "unknown"
    visit: str = ""
    standing: str = ""
    status: int = 0
    words: str = ""


@dataclass
class Deed:
    """One form, however often it was sent."""

    kind: Kind
    key: str
    patient: str
    slot: str
    replaces: str
    by_number: dict[int, Sending] = field(default_factory=dict)

    @property
    def sendings(self) -> Sequence[Sending]:
        """In the order in which they were sent."""
        return list(self.by_number.values())

    def answered(self, said: Said) -> list[Sending]:
        """The sendings with that answer."""
        return [it for it in self.by_number.values() if it.said == said]

    @property
    def visits(self) -> list[str]:
        """What was given for it; more than one is one too many."""
        return list(dict.fromkeys(it.visit for it in self.answered("yes")))

    @property
    def acknowledged_at(self) -> float:
        """When it was first answered yes; never, if it was not."""
        return min((it.answered_at for it in self.answered("yes")), default=NEVER)

    @property
    def settled(self) -> bool:
        """A yes settles; a no does if it was asked for after every unknown had come."""
        if self.visits:
            return True
        doubts = self.answered("unknown")
        last = max((it.answered_at for it in doubts), default=0.0)
        return any(it.sent_at >= last for it in self.answered("no")) and last < NEVER

    @property
    def might_be_done(self) -> bool:
        """Somebody may have carried it out: not every answer was a no."""
        return any(it.said != "no" for it in self.sendings)


def put_together(entries: Iterable[Entry]) -> list[Deed]:
    """The deeds of a journal, in the order in which they were first sent."""
    deeds: dict[tuple[str, str], Deed] = {}
    for entry in entries:
        deed = deeds.setdefault(
            (entry.deed, entry.key),
            Deed(entry.deed, entry.key, entry.patient, entry.slot, entry.replaces),
        )
        if entry.said == "sent":
            deed.by_number[entry.sending] = Sending(entry.at)
            continue
        sending = deed.by_number[entry.sending]
        sending.answered_at, sending.said = entry.at, entry.said
        sending.visit, sending.standing = entry.visit, entry.standing
        sending.status, sending.words = entry.status, entry.words
    return list(deeds.values())
