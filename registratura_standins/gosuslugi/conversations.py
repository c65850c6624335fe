"""The talk with the region about one draft: each question, its session kept alive."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from registratura_standins.gosuslugi import answers, drafts, requests
from registratura_standins.gosuslugi.answers import Available, Identified, RegionSays
from registratura_standins.gosuslugi.database import Pool
from registratura_standins.gosuslugi.drafts import Draft
from registratura_standins.gosuslugi.patients import Applicant
from registratura_standins.gosuslugi.places import Clinic, Place, Referral, Slot, Target
from registratura_standins.gosuslugi.reading import Sequence as Reading
from registratura_standins.gosuslugi.region import Region
from registratura_standins.gosuslugi.requests import Asked

Answer = TypeVar("Answer")
HORIZON = 14  # days, today included
_NOTHING = "NO_DATA_FOUND"


@dataclass(frozen=True)
class Conversation:
    """Every question refuses with `RegionTrouble`, and with `RegionSays` where the region says
    no; a session that is over there is opened anew, once. `until`: the moment of the loop's clock
    after which the page says that the region is slow, however many questions it still has."""

    region: Region
    pool: Pool
    draft: Draft
    applicant: Applicant
    now: datetime
    today: date
    until: float

    async def identified(self) -> "Conversation":
        """The same talk, the patient found."""
        return self if self.draft.patient_id is not None else await self.identify()

    async def identify(self) -> "Conversation":
        """Name the patient to the region. PATIENT_NOT_FOUND where it does not know him."""
        draft = self.draft
        asked = requests.get_patient_info(draft.region_session, draft.known, self.applicant)
        return await self._keep(await self.region.ask(asked, answers.identified, self.until))

    async def find_referral(self, number: str) -> tuple["Conversation", Referral]:
        """A referral by its number, kept with the draft's others."""
        draft = self.draft
        asked = requests.get_referral_info(
            draft.region_session, draft.known, self.applicant, number
        )
        found = await self.region.ask(asked, answers.identified, self.until)
        if not found.referrals:
            raise RegionSays("REFERRAL_NOT_FOUND", "Такого направления нет.")
        return await self._keep(found), found.referrals[0]

    async def clinics(self, target: Target | None) -> tuple[Clinic, ...]:
        """Where there is such a doctor, the clinic of attachment first; empty for nowhere."""
        asked = requests.get_clinics(self.draft.region_session, target)
        return await self._ask_for_list(asked, answers.clinics)

    async def targets(self, clinic: Clinic) -> tuple[Target, ...]:
        """The clinic's kinds of doctor."""
        asked = requests.get_targets(self.draft.region_session, clinic.id)
        return await self._ask_for_list(asked, answers.targets)

    async def resources(
        self, target: Target, clinic_oids: Sequence[str], referral: Referral | None = None
    ) -> tuple[Available, ...]:
        """Who receives: first the area's own doctor, then who stands in for him, then others."""
        asked = requests.get_resources(
            self.draft.region_session,
            target,
            clinic_oids,
            self.days,
            referral.id if referral else None,
        )
        return await self._ask_for_list(asked, answers.available)

    async def schedule(self, place: Place, days: tuple[date, date]) -> tuple[Slot, ...]:
        """Free times in their order; empty for none."""
        referral = self.draft.referral
        asked = requests.get_schedule(
            self.draft.region_session, place, days, referral.id if referral else None
        )
        found = await self._ask_for_list(asked, answers.slots)
        return tuple(sorted(found, key=lambda it: datetime.fromisoformat(it.time)))

    @property
    def days(self) -> tuple[date, date]:
        """First and last day that are looked at."""
        return self.today, self.today + timedelta(days=HORIZON - 1)

    async def _ask_for_list(
        self, asked: Asked, read: Callable[[Reading], tuple[Answer, ...]]
    ) -> tuple[Answer, ...]:
        try:
            return await self._ask(asked, read)
        except RegionSays as said:
            if said.code != _NOTHING:
                raise
            return ()

    async def _ask(self, asked: Asked, read: Callable[[Reading], Answer]) -> Answer:
        try:
            return await self.region.ask(asked, read, self.until)
        except RegionSays as said:
            if said.code != "SESSION_TIMED_OUT":
                raise
        await self.identify()
        return await self.region.ask(asked, read, self.until)

    async def _keep(self, found: Identified) -> "Conversation":
        """What was known of referrals and is not told again stays known."""
        told = {it.id for it in found.referrals}
        others = tuple(it for it in self.draft.referrals if it.id not in told)
        merged = replace(found, referrals=found.referrals + others)
        async with self.pool.connection() as db:
            await drafts.keep_identified(db, self.draft, merged, self.now)
        draft = replace(self.draft, patient_id=found.patient_id, referrals=merged.referrals)
        return replace(self, draft=replace(draft, registration=found.registration_oid))
