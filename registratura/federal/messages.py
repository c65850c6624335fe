"""The six questions as typed records (sheet, section 4); what newer profiles add is passed over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Self

from registratura.federal.reading import Fields
from registratura.people.names import Sex

_LATE = time(23, 59, 59)


@dataclass(frozen=True)
class PatientData:
    """Who is asked about. Telephone and e-mail of the wire are the applicant's: not read."""

    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    sex: Sex
    policy_series: str
    policy_number: str | None
    snils: str | None

    @classmethod
    def of(cls, fields: Fields) -> Self:
        """From `Patient_Data`."""
        sex = fields.find_code("Sex")
        if sex not in ("M", "F"):
            raise fields.unreadable("Sex", "Нужно M или F", fields.find_text("Sex"))
        snils = "".join(
            it for it in fields.find_text("SNILS") or "" if it.isascii() and it.isdigit()
        )
        return cls(
            last_name=fields.get_text("Last_Name"),
            first_name=fields.get_text("First_Name"),
            middle_name=fields.find_text("Middle_Name"),
            birth_date=fields.get_date("Birth_Date"),
            sex="M" if sex == "M" else "F",
            policy_series=(fields.find_text("OMS_Series") or "").replace(" ", ""),
            policy_number=(fields.find_text("OMS_Number") or "").replace(" ", "") or None,
            snils=snils or None,
        )


@dataclass(frozen=True)
class PostWanted:
    """A position of the national list, or our own kind of it."""

    national_id: int
    own_id: int | None

    @classmethod
    def of(cls, fields: Fields) -> Self:
        """From `Post`. An own id that is not ours is passed over."""
        added = fields.find("Add_Info_Post")
        own = added.find_text("Inner_Id") if added else None
        is_ours = own is not None and own.isascii() and own.isdigit() and len(own) < 10
        return cls(fields.get_number("Post_Id"), int(own) if own and is_ours else None)


@dataclass(frozen=True)
class Wanted:
    """Which doctors are wanted: any of the posts, or a speciality."""

    posts: Sequence[PostWanted] = ()
    speciality_id: int | None = None

    @classmethod
    def find(cls, fields: Fields, prefix: str = "") -> Self | None:
        """From `Service_Post`, `Service_Posts` (callers confuse them) or `Service_Specialty`."""
        group = fields.find(f"{prefix}Service_Posts", f"{prefix}Service_Post")
        if group is not None:
            group.get("Post")
            return cls(posts=[PostWanted.of(it) for it in group.all("Post")])
        speciality = fields.find(f"{prefix}Service_Specialty")
        if speciality is not None:
            return cls(speciality_id=speciality.get_number("Specialty_Id"))
        return None


@dataclass(frozen=True)
class Days:
    """The days and hours that are asked about, all inclusive; None: as far as the channel goes."""

    first: date | None
    last: date | None
    from_time: time
    to_time: time

    @classmethod
    def of(cls, fields: Fields) -> Self:
        """From the four ranges; one that is absent does not narrow."""
        return cls(
            fields.find_date("Start_Date_Range"),
            fields.find_date("End_Date_Range"),
            fields.find_time("Start_Time_Range") or time(0),
            fields.find_time("End_Time_Range") or _LATE,
        )

    def hold(self, local: datetime) -> bool:
        """Whether that moment of the clinic's own clock is asked about."""
        day, clock = local.date(), local.time()
        in_days = (self.first or day) <= day <= (self.last or day)
        return in_days and self.from_time <= clock <= self.to_time


@dataclass(frozen=True)
class ForeignReferral:
    """A referral that another system issued."""

    id: str
    number: str
    wanted: Wanted
    valid_from: date
    valid_to: date | None
    to_mo_oid: str | None
    from_mo_oid: str

    @classmethod
    def of(cls, fields: Fields) -> Self:
        """From `Referral`."""
        wanted = Wanted.find(fields, "To_")
        if wanted is None:
            raise fields.unreadable("To_Service_Post", "Не сказано, к кому направление")
        identity = fields.get_text("Referral_Id", 64)
        return cls(
            id=identity,
            number=fields.find_text("Referral_Number", 64) or identity,
            wanted=wanted,
            valid_from=fields.get_likely_date("Referral_Start_Date"),
            valid_to=fields.find_date("Referral_End_Date"),
            to_mo_oid=fields.find_text("To_MO_OID"),
            from_mo_oid=fields.get_text("From_MO_OID", 64),
        )


@dataclass(frozen=True)
class PatientInfo:
    """4.1 GetPatientInfo."""

    session_id: str
    patient: PatientData
    with_referrals: bool

    @classmethod
    def of(cls, session_id: str, fields: Fields) -> Self:
        """`Patient_Info_Kind` of newer callers says the same as `Pass_referral`."""
        asked = fields.find_text("Pass_referral") in ("1", "true")
        newer = fields.find_code("Patient_Info_Kind") == "REFERRAL"
        return cls(session_id, PatientData.of(fields.get("Patient_Data")), asked or newer)


@dataclass(frozen=True)
class ReferralInfo:
    """4.2 GetReferralInfo."""

    session_id: str
    patient: PatientData
    number: str

    @classmethod
    def of(cls, session_id: str, fields: Fields) -> Self:
        patient = PatientData.of(fields.get("Patient_Data"))
        return cls(session_id, patient, fields.get_text("Referral_Number", 100))


@dataclass(frozen=True)
class ClinicsInfo:
    """4.3 GetMOInfoExtended."""

    session_id: str
    wanted: Wanted | None

    @classmethod
    def of(cls, session_id: str, fields: Fields) -> Self:
        return cls(session_id, Wanted.find(fields))


@dataclass(frozen=True)
class PositionsInfo:
    """4.4 GetServicePostSpecsInfo."""

    session_id: str
    mo_id: str

    @classmethod
    def of(cls, session_id: str, fields: Fields) -> Self:
        mo_id = fields.find_text("MO_Id") or fields.find_text("MO_OID")
        return cls(session_id, mo_id or fields.get_text("MO_Id"))


@dataclass(frozen=True)
class ResourcesInfo:
    """4.5 GetMOResourceInfo."""

    session_id: str
    wanted: Wanted | None
    mo_oids: Sequence[str]
    referral_id: str | None
    referral: ForeignReferral | None
    patient: PatientData | None
    days: Days

    @classmethod
    def of(cls, session_id: str, fields: Fields) -> Self:
        """Refuses a call that names neither a post nor a speciality nor a referral."""
        wanted = Wanted.find(fields)
        referral, patient = fields.find("Referral"), fields.find("Patient_Data")
        referral_id = fields.find_text("Referral_Id")
        if wanted is None and referral is None and referral_id is None:
            raise fields.unreadable("Service_Posts", "Не сказано, к кому записывают")
        listed = fields.find("MO_OID_List")
        return cls(
            session_id,
            wanted,
            listed.texts("MO_OID") if listed else [],
            referral_id,
            ForeignReferral.of(referral) if referral else None,
            PatientData.of(patient) if patient else None,
            Days.of(fields),
        )


@dataclass(frozen=True)
class ScheduleInfo:
    """4.6 GetScheduleInfo."""

    session_id: str
    snils: str | None
    room_oid: str | None
    mo_oid: str | None
    wanted: Wanted | None
    referral_id: str | None
    days: Days

    @classmethod
    def of(cls, session_id: str, fields: Fields) -> Self:
        """Refuses a call that names neither a doctor nor a room."""
        snils = "".join(filter(str.isdigit, fields.find_text("Specialist_SNILS") or ""))
        room = fields.find_text("Room_OID")
        if not snils and room is None:
            raise fields.unreadable("Specialist_SNILS", "Не назван ни врач, ни кабинет")
        return cls(
            session_id,
            snils or None,
            room,
            fields.find_text("MO_OID"),
            Wanted.find(fields),
            fields.find_text("Referral_Id"),
            Days.of(fields),
        )
