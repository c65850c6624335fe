"""The registry in memory: the answer that the engine owes, in plain Python, without its code.

Every operation either changes the registry and gives what was made, or raises `No` with the name
of the refusal and changes nothing but the count of clashes that were not shown.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from tests.booking.model import KALUGA, Ask, No, Place, Referral, Visit
from tests.booking.model_rules import Rules

WAYS = {"booked": ("arrived", "visited", "not_arrived"), "arrived": ("visited", "not_arrived")}


class Registry(Rules):
    """What the engine's public functions do."""

    # operations

    def hold(self, ask: Ask) -> Visit:
        self.check_acts(ask)
        self.check_not_given(ask)
        made = self._give(ask, "held")
        made.held_until = self.now + self.limits.hold
        return made

    def prolong(self, account: str, visit: Visit) -> Visit:
        over = visit.state != "held" or visit.held_until is None or visit.held_until <= self.now
        if over or visit.account != account or visit.proposed_for:
            raise No("HoldOver")
        if visit.prolonged:
            raise No("HoldProlonged")
        visit.held_until, visit.prolonged = visit.held_until + self.limits.hold, True
        return visit

    def book(self, ask: Ask, key: UUID) -> Visit:
        self.check_acts(ask)
        body = (ask.patient, ask.place, ask.replaces, ask.referral, ask.channel, ask.waived)
        known = self.answered.get((ask.account, key))
        if known is not None:
            if known[0] != body:
                raise No("KeyReused")
            assert isinstance(known[1], Visit)
            return known[1]
        self.check_not_given(ask)
        made = self._give(ask, "booked")
        self.answered[ask.account, key] = (body, made)
        return made

    def book_together(self, first: Ask, second: Ask, key: UUID) -> tuple[Visit, Visit]:
        for ask in (first, second):
            self.check_acts(ask)
        body = [(ask.patient, ask.place) for ask in (first, second)]
        known = self.answered.get((first.account, key))
        if known is not None:
            if known[0] != body:
                raise No("KeyReused")
            assert isinstance(known[1], tuple)
            return known[1]
        if (first.place.post, first.place.ends) != (second.place.post, second.place.begins):
            raise No("NotNeighbours")
        made = self._give_both(first, second)
        self.answered[first.account, key] = (body, made)
        return made

    def cancel(self, visit: Visit, by: str = "patient") -> None:
        if visit.state == "cancelled":
            return
        ahead = visit.state in ("held", "booked") and visit.place.begins > self.now
        if not ahead and not (by == "clinic" and visit.state in ("booked", "arrived")):
            raise No("CannotBeCancelled")
        if visit.state == "held":
            self._expire([visit])
            return
        visit.state = "cancelled"
        self.told.append(("cancelled", visit))

    def see(self, account: str, visit: Visit) -> None:
        """Of a declared patient an account sees what it booked itself."""
        level = self.levels.get((account, visit.patient))
        hidden = level is None or (level == "declared" and visit.account != account)
        if hidden or visit.state in ("held", "expired"):
            raise No("AppointmentUnknown")

    def mark(self, visit: Visit, state: str) -> None:
        if visit.state == state:
            return
        if state not in WAYS.get(visit.state, ()):
            raise No("CannotBeMarked")
        begins = visit.place.begins.astimezone(KALUGA)
        if self.now < (begins.replace(hour=0, minute=0) if state == "arrived" else begins):
            raise No("TooEarlyToMark")
        visit.state = state
        self.told.append((state, visit))

    def end_expired(self) -> int:
        over = [it for it in self.visits if it.state == "held" and self.is_over(it)]
        self._expire(over)
        return len(over)

    def withdraw(self, post: str, day: date) -> list[Visit]:
        """Nothing of the doctor's day is given any more; the visits that must be cancelled."""
        self.check_day(day)
        its = [it for it in self.places.values() if (it.post, it.day) == (post, day)]
        self.closed.add((post, day))
        self.settle(post)
        return [
            it
            for it in self.visits
            if it.place in its and (self.is_coming(it) or self.is_promised(it))
        ]

    def open_again(self, post: str, day: date) -> set[UUID]:
        """The doctor receives on that day after all; what is free on it, through any channel."""
        self.check_day(day)
        if (post, day) not in self.closed:
            raise No("DayNotClosed")
        self.closed.discard((post, day))
        self.settle(post)
        return self.open_times(post, day, day)

    def leave(self, post: str, first: date, last: date) -> None:
        """The doctor is absent for these days; visits stand."""
        if last < self.today:
            raise No("DayPast")
        its = [days for whose, days in self.absences if whose == post]
        if any(first <= days[1] and days[0] <= last for days in its):
            raise No("AbsentAlready")
        self.absences.append((post, (first, last)))
        self.settle(post)

    def come_back(self, post: str, day: date) -> set[UUID]:
        """He receives from that day on; what is free of the days that he would have missed."""
        if day < self.today:
            raise No("DayPast")
        its = [it for it in self.absences if it[0] == post and it[1][0] <= day <= it[1][1]]
        if not its:
            raise No("NotAbsent")
        first, last = its[0][1]
        self.absences.remove(its[0])
        if first < day:
            self.absences.append((post, (first, day - timedelta(days=1))))
        self.settle(post)
        return self.open_times(post, day, last)

    def settle(self, post: str) -> None:
        """Places to come of a day that is closed or missed are not given."""
        for it in self.places.values():
            if it.post == post and it.begins > self.now:
                absent = any(
                    whose == post and first <= it.day <= last
                    for whose, (first, last) in self.absences
                )
                if absent or (post, it.day) in self.closed:
                    self.blocked.add(it.id)
                else:
                    self.blocked.discard(it.id)

    def open_times(self, post: str, first: date, last: date) -> set[UUID]:
        return {
            it.id
            for it in self.places.values()
            if it.post == post
            and first <= it.day <= last
            and it.begins > self.now
            and it.id not in self.blocked
            and self.taken(it, self.visits) < it.seats
        }

    def check_day(self, day: date) -> None:
        if day < self.today:
            raise No("DayPast")
        if day > self.today + timedelta(days=self.limits.horizon_days + 1):
            raise No("DayTooFar")

    def decline(self, account: str, visit: Visit) -> None:
        """The patient does not want what the clinic proposes."""
        if not self.is_promised(visit) or visit.account != account:
            raise No("HoldOver")
        self._expire([visit])

    def take_back(self, visit: Visit, proposed: Place | None) -> Visit | None:
        """The clinic cancels the visit and holds the proposed place, if it may be given at all."""
        made = None
        if proposed is not None:
            channel, referral = visit.channel, visit.referral
            ask = Ask(
                None,
                visit.patient,
                "confirmed",
                proposed,
                channel,
                visit,
                referral,
                visit.waived,
                by_clinic=True,
            )
            made = self._give(ask, "proposed")
            until = proposed.begins - self.limits.lead
            assert until - self.now >= self.limits.proposal_least
            made.held_until = min(self.now + self.limits.proposal, until)
        if visit.proposed_for is None:
            visit.state = "cancelled"
        else:
            self._expire([visit])
        first = visit.proposed_for or visit
        self.told.append(("proposed", made) if made else ("withdrawn", first))
        return made

    def free(self, post: str, channel: str) -> set[UUID]:
        """What a search shows."""
        return {
            it.id
            for it in self.places.values()
            if it.post == post
            and channel in it.channels
            and it.id not in self.blocked
            and not any(self.not_open(it, channel))
            and self.taken(it, self.visits) < it.seats
            and not self.is_exhausted(it, channel, self.visits)
        }

    # how a place is given

    def _give(self, ask: Ask, kind: str) -> Visit:
        referral = self.check_rules(ask)
        gone = self.in_the_way(ask)
        leaves = ask.replaces if kind != "held" else None
        standing = [it for it in self.visits if it.live and it not in gone and it is not leaves]
        made = self._made(ask, referral, kind)
        self.check_guarantees(ask, made, standing)
        self._expire(gone)
        return self._write(made)

    def _give_both(self, *asks: Ask) -> tuple[Visit, Visit]:
        referrals = [self.check_rules(ask) for ask in asks]
        new = sum(ask.declared for ask in asks)
        if new == 2 and self.coming_declared(asks[0]) + new > self.limits.coming_declared:
            raise No("TooManyComing")
        gone = [it for ask in asks for it in self.in_the_way(ask)]
        standing = [it for it in self.visits if it.live and it not in gone]
        one, two = (
            self._made(ask, referral, "booked")
            for ask, referral in zip(asks, referrals, strict=True)
        )
        self.check_guarantees(asks[0], one, standing)
        self.check_guarantees(asks[1], two, [*standing, one])
        self._expire(gone)
        return self._write(one), self._write(two)

    def _made(self, ask: Ask, referral: Referral | None, kind: str) -> Visit:
        left, kept = ask.replaces, self.kept_for(ask)
        return Visit(
            ask.patient,
            ask.place,
            "booked" if kind == "booked" else "held",
            kept.channel if kept else ask.channel,
            left.account if left and kind == "proposed" else ask.account,
            self.now,
            replaces=left if kind == "held" else None,
            moved_from=left if kind == "booked" else None,
            proposed_for=(left.proposed_for or left) if left and kind == "proposed" else None,
            referral=referral,
            waived=ask.waived or bool(kept and kept.waived),
        )

    def _write(self, made: Visit) -> Visit:
        if made.moved_from is not None:
            made.moved_from.state = "moved"
            self.told.append(("moved", made.moved_from))
        if made.state == "booked":
            self.told.append(("booked", made))
        self.visits.append(made)
        return made

    def _expire(self, holds: Iterable[Visit]) -> None:
        for it in holds:
            it.state, it.held_until = "expired", None
