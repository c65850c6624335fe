"""The checker: the clients' journal held against the database and against itself. Pure.

Invariants by the numbers of the plan: I1 an acknowledged booking stands; I2 so does a cancelling;
I3 a seat is one visit's at a time; I4 one key, one visit, one answer; I5 a refusal leaves nothing;
I6 a patient is in one place; I7 each change is told once; I9 no visit that nobody asked for;
I10 what was acknowledged is seen; I11 every unknown is settled; I12 the count of a slot is right;
I13 the federation heard of each change, in order.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Literal

from tests.faults.deeds import NEVER, Deed, put_together
from tests.faults.journal import Entry
from tests.faults.rows import Rows, Visit

REFUSED = 409  # how the portal says no
MISSING = 404


@dataclass(frozen=True)
class Finding:
    """One broken invariant."""

    kind: Literal["lost", "doubled", "unexplained"]
    rule: str
    words: str


@dataclass(frozen=True)
class Verdict:
    """The counts, and every finding with its words."""

    acknowledged: int
    refused: int
    unknown: int
    findings: Sequence[Finding] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """How many findings of `lost`, `doubled` or `unexplained`."""
        return sum(it.kind == kind for it in self.findings)


@dataclass(frozen=True)
class Case:
    """Journal and database side by side."""

    bookings: Sequence[Deed]
    cancels: Sequence[Deed]
    looks: Sequence[Deed]
    rows: Rows

    @property
    def acknowledged(self) -> Iterator[tuple[str, Deed]]:
        """Every visit that was acknowledged, with its booking."""
        return ((visit, deed) for deed in self.bookings for visit in deed.visits)


def check(entries: Sequence[Entry], rows: Rows) -> Verdict:
    """What the journal and the rows say together."""
    deeds = put_together(entries)
    of = {kind: [it for it in deeds if it.kind == kind] for kind in ("book", "cancel", "look")}
    case = Case(of["book"], of["cancel"], of["look"], rows)
    asked = [*case.bookings, *case.cancels]
    return Verdict(
        acknowledged=sum(bool(it.answered("yes")) for it in asked),
        refused=sum(bool(it.answered("no")) and not it.answered("yes") for it in asked),
        unknown=sum(len(it.answered("unknown")) for it in asked),
        findings=[finding for rule in RULES for finding in rule(case)],
    )


def _bookings_stand(case: Case) -> Iterator[Finding]:
    touched = {it.key for it in case.cancels if it.might_be_done}
    touched |= {it.replaces for it in case.bookings if it.might_be_done}
    for visit, deed in case.acknowledged:
        row = case.rows.visits.get(visit)
        if row is None:
            yield Finding("lost", "I1", f"записи {visit} нет в базе, ключ {deed.key}")
        elif (row.slot, row.patient) != (deed.slot, deed.patient):
            yield Finding("lost", "I1", f"запись {visit} на другое время или другого пациента")
        elif row.state != "booked" and visit not in touched:
            yield Finding("lost", "I1", f"запись {visit} стала {row.state}, никто не просил")


def _endings_stay(case: Case) -> Iterator[Finding]:
    endings = [(it, it.key, "cancelled") for it in case.cancels]
    endings += [(it, it.replaces, "moved") for it in case.bookings if it.replaces]
    for deed, visit, state in endings:
        row = case.rows.visits.get(visit)
        if deed.answered("yes") and (row is None or row.state != state):
            yield Finding("lost", "I2", f"{visit}: {row.state if row else 'нет'}, а не {state}")
    for deed in case.cancels:
        row = case.rows.visits.get(deed.key)
        if deed.answered("no") and (row is None or row.state in ("booked", "cancelled")):
            yield Finding("unexplained", "I2", f"отмена {deed.key} отклонена без причины")


def _a_seat_is_one_visits_in_the_table(case: Case) -> Iterator[Finding]:
    live = [it for it in case.rows.visits.values() if it.live]
    for (slot, seat), count in Counter((it.slot, it.seat) for it in live).items():
        if count > 1:
            yield Finding("doubled", "I3", f"время {slot}, место {seat}: записей {count}")
    for slot, count in Counter(it.slot for it in live).items():
        if count > case.rows.slots[slot].seats:
            yield Finding("doubled", "I3", f"время {slot}: записей {count}, больше чем мест")


def _a_seat_is_one_visits_at_a_time(case: Case) -> Iterator[Finding]:
    """From the first yes to the first sending that might end the visit: by the journal alone."""
    ends: dict[str, float] = defaultdict(lambda: NEVER)
    for deed in (*case.cancels, *case.bookings):
        ended = deed.key if deed.kind == "cancel" else deed.replaces
        if ended and deed.might_be_done:
            ends[ended] = min(ends[ended], deed.sendings[0].sent_at)
    by_slot: dict[str, list[tuple[float, int, str]]] = defaultdict(list)
    for visit, deed in case.acknowledged:
        if deed.acknowledged_at < ends[visit]:
            by_slot[deed.slot] += [(deed.acknowledged_at, 1, visit), (ends[visit], -1, visit)]
    for slot, moments in by_slot.items():
        held = 0
        for _, step, visit in sorted(moments):
            held += step
            if step > 0 and held > case.rows.slots[slot].seats:
                yield Finding("doubled", "I3", f"время {slot} было занято, когда дали {visit}")


def _one_key_is_one_visit(case: Case) -> Iterator[Finding]:
    for deed in case.bookings:
        if len(deed.visits) > 1:
            yield Finding("doubled", "I4", f"ключ {deed.key}: записи {', '.join(deed.visits)}")
    for visit, count in Counter(visit for visit, _ in case.acknowledged).items():
        if count > 1:
            yield Finding("doubled", "I4", f"запись {visit} дана по {count} ключам")


def _one_key_is_one_answer(case: Case) -> Iterator[Finding]:
    for deed in case.bookings:
        for refused in deed.answered("no"):
            if refused.standing and refused.standing in deed.visits:
                yield Finding("unexplained", "I4", f"ключ {deed.key}: мешает своя же запись")
            elif refused.sent_at > deed.acknowledged_at:
                yield Finding("unexplained", "I4", f"ключ {deed.key}: было да, повтору отказано")


def _nobody_has_what_he_did_not_ask_for(case: Case) -> Iterator[Finding]:
    """A refusal that left a visit behind looks the same: a visit that no key answers for (I5)."""
    known = {visit for visit, _ in case.acknowledged}
    for row in case.rows.visits.values():
        if row.given and row.id not in known:
            yield Finding("unexplained", "I9", f"запись {row.id} ({row.state}): о ней не знают")


def _a_patient_is_in_one_place(case: Case) -> Iterator[Finding]:
    by_patient: dict[str, list[Visit]] = defaultdict(list)
    for row in case.rows.visits.values():
        if row.live and row.given:
            by_patient[row.patient].append(row)
    for patient, visits in by_patient.items():
        for one, other in pairwise(sorted(visits, key=lambda it: it.starts_at)):
            if one.ends_at > other.starts_at:
                yield Finding("doubled", "I6", f"пациент {patient}: {one.id} и {other.id} вместе")


_TOLD = {"cancelled": "appointment.cancelled", "moved": "appointment.moved"}


def _each_change_is_told_once(case: Case) -> Iterator[Finding]:
    for row in case.rows.visits.values():
        if not row.given:
            continue
        for kind in ("appointment.booked", *_TOLD.values()):
            due = kind in ("appointment.booked", _TOLD.get(row.state))
            told = case.rows.events[kind, row.id]
            if told != due:
                wrong: Literal["doubled", "lost"] = "doubled" if told > due else "lost"
                yield Finding(wrong, "I7", f"запись {row.id}: событий {kind} {told}")
    for _ in range(case.rows.waiting):
        yield Finding("unexplained", "I7", "строка outbox так и не взята")


def _each_change_has_one_notice(case: Case) -> Iterator[Finding]:
    """Every patient of a run has one account. A new visit is told as booked or as moved."""
    notices, told = case.rows.notices, Counter[str]()
    for row in case.rows.visits.values():
        if row.given:
            told[row.id] = notices["booked", row.id] + notices["moved", row.id]
            yield from _once(told[row.id], 1, f"новой записи {row.id}")
            ended = notices["cancelled", row.id]
            yield from _once(ended, int(row.state == "cancelled"), f"отмене {row.id}")
            told[row.id] += ended
    if strange := notices.total() - told.total():
        yield Finding("unexplained", "I7", f"извещений ни о чём: {strange}")
    for _ in range(case.rows.notices_twice):
        yield Finding("doubled", "I7", "извещение отправлено дважды")


def _once(told: int, due: int, words: str) -> Iterator[Finding]:
    if told != due:
        yield Finding("doubled" if told > due else "lost", "I7", f"извещений о {words}: {told}")


def _the_federation_is_told_in_order(case: Case) -> Iterator[Finding]:
    """At least once over the wire: a repeat of the last status is no fault. What the run did not
    wait for is owed by a row."""
    told, owed = case.rows.federation, case.rows.owed
    if told is None:
        return
    for row in case.rows.visits.values():
        due = ["RECORDED"] * row.given + ["CANCELED"] * (row.state in _TOLD)
        heard = [status for status, _ in groupby(told.get(row.id, ()))]
        heard += [status for status in owed.get(row.id, ()) if status not in heard]
        if heard != due:
            wrong: Literal["lost", "unexplained"] = "lost" if heard < due else "unexplained"
            yield Finding(wrong, "I13", f"о записи {row.id} ({row.state}) передано {heard}")


def _what_was_acknowledged_is_seen(case: Case) -> Iterator[Finding]:
    for deed in case.looks:
        for look in deed.answered("no"):
            yield Finding("lost", "I10", f"талон {deed.key} не найден ({look.status})")


def _every_unknown_is_settled(case: Case) -> Iterator[Finding]:
    for deed in (*case.bookings, *case.cancels):
        if not deed.settled:
            yield Finding("unexplained", "I11", f"{deed.kind} {deed.key}: ответа так и нет")
        for refused in deed.answered("no"):
            if refused.status != REFUSED:
                yield Finding(
                    "unexplained", "I11", f"{deed.kind} {deed.key}: странный ответ {refused.status}"
                )


def _the_count_of_a_slot_is_right(case: Case) -> Iterator[Finding]:
    live = Counter(it.slot for it in case.rows.visits.values() if it.live)
    for id, slot in case.rows.slots.items():
        if slot.taken != live[id]:
            yield Finding("unexplained", "I12", f"время {id}: занято {slot.taken}, а не {live[id]}")


RULES: Sequence[Callable[[Case], Iterator[Finding]]] = (
    _bookings_stand,
    _endings_stay,
    _a_seat_is_one_visits_in_the_table,
    _a_seat_is_one_visits_at_a_time,
    _one_key_is_one_visit,
    _one_key_is_one_answer,
    _nobody_has_what_he_did_not_ask_for,
    _a_patient_is_in_one_place,
    _each_change_is_told_once,
    _each_change_has_one_notice,
    _the_federation_is_told_in_order,
    _what_was_acknowledged_is_seen,
    _every_unknown_is_settled,
    _the_count_of_a_slot_is_right,
)
