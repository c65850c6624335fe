"""The rules of the registry in memory: which of them an ask breaks, the first one first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from tests.booking.model import KALUGA, Ask, Limits, No, Person, Place, Quota, Referral, Visit

BY_HIMSELF = ("portal", "epgu", "kiosk")


@dataclass
class Rules:
    """Everything that the engine's tables tell, and the rules over it."""

    places: dict[UUID, Place]
    quotas: dict[tuple[UUID, str], Quota]
    referrals: list[Referral]
    levels: dict[tuple[str, Person], str]  # account, patient → the level of the link
    limits: Limits
    now: datetime
    visits: list[Visit] = field(default_factory=list)
    blocked: set[UUID] = field(default_factory=set)
    closed: set[tuple[str, date]] = field(default_factory=set)  # days of a doctor
    absences: list[tuple[str, tuple[date, date]]] = field(default_factory=list)
    answered: dict[tuple[str | None, UUID], tuple[object, object]] = field(default_factory=dict)
    not_shown: list[tuple[str | None, Person, date]] = field(default_factory=list)
    told: list[tuple[str, Visit]] = field(default_factory=list)  # what the outbox must hold

    # what cannot race

    def check_acts(self, ask: Ask) -> None:
        """An account acts for its owner and for those it is linked to."""
        if ask.level == "none":
            raise No("NotYourPatient")

    def check_not_given(self, ask: Ask) -> None:
        """What others have is refused before any rule is looked at; a hold may yet make room."""
        standing = [
            it
            for it in self.visits
            if it.live
            and it is not ask.replaces
            and not (it.state == "held" and (self.is_over(it) or it.patient == ask.patient))
        ]
        if self.taken(ask.place, standing) >= ask.place.seats:
            raise No("SlotTaken")

    def check_rules(self, ask: Ask) -> Referral | None:
        """The referral by which the place may be given; the first broken rule is the answer."""
        referral = self._referral_of(ask)
        for name in self._broken_rules(ask, referral):
            if name == "ClashNotShown":
                self._hide(ask)
            raise No(name)
        return referral

    def _broken_rules(self, ask: Ask, referral: Referral | None) -> Iterator[str]:
        place, himself = ask.place, ask.channel in BY_HIMSELF
        if place.id in self.blocked:
            yield "SlotTaken"
        kept = self.kept_for(ask)
        yield from (no for no in self.not_open(place, ask.channel) if not kept or no == "SlotPast")
        if ask.by_clinic and place.begins <= self.now + self.limits.proposal_lead:
            yield "SlotPast"
        yield from self._misfit(ask, referral)
        if himself and not place.by_himself:
            yield "NotSelfBooked"
        if not place.ages[0] <= ask.patient.age <= place.ages[1]:
            yield "WrongAge"
        if place.sex not in (None, ask.patient.sex):
            yield "WrongSex"
        if himself and place.by_referral and referral is None:
            yield "ReferralNeeded"
        if place.sensitive and ask.declared:
            yield "NeedsConfirmedLink"
        if ask.channel not in place.channels and not kept:
            yield "WrongChannel"
        if ask.replaces is not None and not self._may_replace(ask):
            yield "CannotBeReplaced"
        tries = self.not_shown.count((ask.account, ask.patient, self.today))
        if ask.declared and tries >= self.limits.clashes_not_shown:
            yield "PausedUntilTomorrow"
        if not kept and not ask.by_clinic:
            yield from self._beyond_the_limits(ask)

    def not_open(self, place: Place, channel: str) -> Iterator[str]:
        himself = channel in BY_HIMSELF
        if place.begins <= self.now + (self.limits.lead if himself else timedelta(0)):
            yield "SlotPast"
        if himself and place.day > self.today + timedelta(days=self.limits.horizon_days):
            yield "NotOpenYet"

    def _misfit(self, ask: Ask, referral: Referral | None) -> Iterator[str]:
        if referral is not None and referral.patient != ask.patient:
            yield "ReferralUnknown"
        elif referral is not None and referral.position != ask.place.position:
            yield "ReferralElsewhere"
        elif referral is not None and not referral.first <= ask.place.day <= referral.last:
            yield "ReferralOver"

    def _beyond_the_limits(self, ask: Ask) -> Iterator[str]:
        most = self.limits.coming
        coming = [it for it in self.visits if self.is_coming(it) and it is not ask.replaces]
        his = [it for it in coming if it.patient == ask.patient]
        if len(his) >= most:
            seen = [it for it in his if it.account == ask.account]
            yield "ClashNotShown" if ask.declared and len(seen) < most else "TooManyComing"
        if ask.declared and self.coming_declared(ask) >= self.limits.coming_declared:
            yield "TooManyComing"

    def coming_declared(self, ask: Ask) -> int:
        """Visits ahead that the account booked for declared patients; a move adds none."""
        return sum(
            self.is_coming(it)
            and it is not ask.replaces
            and it.account == ask.account
            and self.levels.get((str(ask.account), it.patient)) == "declared"
            for it in self.visits
        )

    def _may_replace(self, ask: Ask) -> bool:
        it = ask.replaces
        if it is None or it.patient != ask.patient:
            return False
        if not self.is_coming(it) and not (ask.by_clinic and self.is_promised(it)):
            return False
        return not ask.declared or it.account == ask.account

    def _referral_of(self, ask: Ask) -> Referral | None:
        """The one that was named, else that of the visit that moves, else the first that fits."""
        place, left = ask.place, ask.replaces
        if ask.referral is not None:
            return ask.referral
        kept = self.kept_for(ask)
        if kept is not None and kept.referral is not None:
            return kept.referral
        if left is not None and left.referral and left.place.position == place.position:
            return left.referral
        if not place.by_referral or ask.declared:
            return None
        gone = [left, *self.in_the_way(ask)]
        used = [it.referral for it in self.visits if it.live and it not in gone]
        fit = [it for it in self.referrals if it not in used and not any(self._misfit(ask, it))]
        return min(fit, key=lambda it: (it.last, it.id), default=None)

    # what can race

    def check_guarantees(self, ask: Ask, made: Visit, standing: list[Visit]) -> None:
        """What is held for a move is judged for its patient when the move is made."""
        if self.taken(ask.place, standing) >= ask.place.seats:
            raise No("SlotTaken")
        bars = [it for it in standing if it.bars and made.bars]
        his = [it for it in bars if it.patient == ask.patient]
        self._see_clash(ask, "PatientBusy", [it for it in his if it.place.meets(ask.place)])
        same = [it for it in his if it.place.position == ask.place.position and not it.waived]
        if not made.waived:
            ahead = [it for it in same if it.place.begins > self.now]
            self._see_clash(ask, "AlreadyBookedToPosition", ahead)
        if made.referral is not None and made.referral in [it.referral for it in bars]:
            raise No("ReferralUsed")
        if self.is_exhausted(ask.place, made.channel, standing):
            raise No("QuotaExhausted")
        if made.replaces is not None and any(it.replaces is made.replaces for it in standing):
            raise No("MovedElsewhere")
        if made.replaces is not None and made.replaces in [it.replaces for it in standing]:
            raise No("MovedElsewhere")

    def _see_clash(self, ask: Ask, name: str, clashes: list[Visit]) -> None:
        if clashes and ask.declared and clashes[0].account != ask.account:
            self._hide(ask)
        if clashes:
            raise No(name)

    def _hide(self, ask: Ask) -> None:
        """A declared link is not told of a visit that it may not see; its tries are counted."""
        self.not_shown.append((ask.account, ask.patient, self.today))
        raise No("ClashNotShown")

    def in_the_way(self, ask: Ask) -> list[Visit]:
        """Holds past their end, the account's own, and what the clinic proposed and he declines."""
        place, holds = ask.place, [it for it in self.visits if it.state == "held"]
        over = [it for it in holds if self.is_over(it)]
        his = [it for it in holds if it.patient == ask.patient]
        return [
            *(it for it in over if it.patient == ask.patient or it.place == place),
            *(
                it
                for it in his
                if it.proposed_for is None and ask.account is not None and it.account == ask.account
            ),
            *(
                it
                for it in his
                if it.proposed_for is not None
                and not ask.by_clinic
                and (not ask.declared or it.account == ask.account)
                and (it.place.position == place.position or it.place.meets(place))
            ),
        ]

    def kept_for(self, ask: Ask) -> Visit | None:
        """The promise of this very place to this patient, as far as the asker sees it."""
        return next(
            (
                it
                for it in self.visits
                if (it.patient, it.place) == (ask.patient, ask.place)
                and self.is_promised(it)
                and (not ask.declared or it.account == ask.account)
            ),
            None,
        )

    def is_promised(self, visit: Visit) -> bool:
        return visit.state == "held" and visit.proposed_for is not None and not self.is_over(visit)

    def taken(self, place: Place, standing: Iterable[Visit]) -> int:
        return sum(it.live and it.place == place for it in standing)

    def is_exhausted(self, place: Place, channel: str, standing: Iterable[Visit]) -> bool:
        quota = self.quotas.get((place.session, channel))
        if quota is None or quota.released_at <= self.now:
            return False
        its = [it for it in standing if it.live and it.channel == channel]
        return sum(it.place.session == place.session for it in its) >= quota.seats

    def is_over(self, hold: Visit) -> bool:
        return hold.held_until is not None and hold.held_until <= self.now

    def is_coming(self, visit: Visit) -> bool:
        return visit.state == "booked" and visit.place.begins > self.now

    @property
    def today(self) -> date:
        return self.now.astimezone(KALUGA).date()
