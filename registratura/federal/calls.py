"""A call and its answer: what each operation is given, and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from registratura.db import Connection
from registratura.federal import codes, pieces, sessions
from registratura.federal.sessions import Session
from registratura.federal.writing import Element, element, moment, needed
from registratura.people import cards
from registratura.people.patients import Patient
from registratura.refusal import Refusal
from registratura.settings import Settings


@dataclass(frozen=True)
class Call:
    """One call: the moment it came, the settings, and a connection for as long as it lasts."""

    db: Connection
    now: datetime
    settings: Settings

    @property
    def today(self) -> date:
        """The region's date."""
        return self.now.astimezone(ZoneInfo(self.settings.region_zone)).date()

    async def use_session(self, session_id: str) -> Session:
        """The session, used once more. Refuses with `SessionOver`."""
        lasts = timedelta(minutes=self.settings.federal_session_minutes)
        return await sessions.use(self.db, session_id, now=self.now, lasts=lasts)

    async def get_patient(self, session: Session) -> Patient:
        """Whom the session is about. The federation vouches for the caller, so he acts as one
        whose right is confirmed; as it does not say who he is, what the patient hides is hidden."""
        zone = self.settings.region_zone
        return await cards.get_vouched(self.db, session.person_id, now=self.now, zone=zone)


@dataclass(frozen=True)
class Answer:
    """The content of an answer, and its code for the log and the metrics."""

    content: Element
    code: str = "OK"


@dataclass(frozen=True)
class Ids:
    """What every answer of an operation echoes, as it was asked."""

    session_id: str | None = None
    slot_id: str | None = None
    book_id: str | None = None


@dataclass(frozen=True)
class No:
    """An operation's own way to say no, when it could not even begin."""

    code: str
    words: str
    validation: Element | None = None

    @classmethod
    def of(cls, refusal: Refusal, table: Mapping[type[Refusal], str]) -> "No":
        """With the refusal's code and words."""
        return cls(codes.code_of(refusal, table), refusal.text)


def refuse_reading(name: str, ids: Ids, no: No) -> Answer:
    """4.1 to 4.6: `Error` in place of the data."""
    error = pieces.error(no.code, no.words, no.validation)
    return Answer(needed(name, element("Session_ID", ids.session_id), error), no.code)


def refuse_booking(
    ids: Ids, no: No, *, at: datetime, zone: str, parameters: pieces.Parameters = ()
) -> Answer:
    """4.7: the asked slot and its time stand in a refusal too, an empty `Book_Id_Mis`, no room."""
    content = needed(
        "CreateAppointmentResponse",
        element("Session_ID", ids.session_id),
        needed("Book_Id_Mis"),
        pieces.status(no.code, no.words, parameters),
        element("Slot_Id", ids.slot_id),
        element("Visit_Time", moment(at, zone)),
    )
    return Answer(content, no.code)


def answer_status(name: str, ids: Ids, code: str, comment: str = "") -> Answer:
    """4.8 and 4.9: the number, the code, words for people."""
    content = needed(
        name,
        element("Book_Id_Mis", ids.book_id),
        element("Status_Code", code),
        needed("Comment", comment),
    )
    return Answer(content, code)
