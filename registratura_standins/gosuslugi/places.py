"""Where and to whom: clinics, kinds of doctor, doctors and rooms, as the region names them."""

from dataclasses import dataclass
from typing import Literal

from registratura_standins.gosuslugi.positions import position_name, speciality_name


@dataclass(frozen=True)
class Inner:
    """The region's own id and name beside a national code."""

    id: str
    name: str


@dataclass(frozen=True)
class Service:
    """A service of the national nomenclature."""

    id: str
    inner: Inner | None = None


@dataclass(frozen=True)
class Target:
    """A kind of doctor: a position, or a speciality with its services. Never both."""

    position: int | None = None
    speciality: int | None = None
    inner: Inner | None = None
    services: tuple[Service, ...] = ()
    complex_name: str | None = None
    complex_id: str | None = None

    @property
    def name(self) -> str:
        """Words for people."""
        if self.inner is not None:
            return self.inner.name
        if self.position is not None:
            return position_name(self.position)
        named = self.complex_name or next((it.inner.name for it in self.services if it.inner), None)
        return named or speciality_name(self.speciality or 0)


@dataclass(frozen=True)
class Clinic:
    """A department with an address: the profile's MO."""

    id: str
    oid: str
    name: str
    address: str
    phone: str | None = None
    ages: str | None = None


@dataclass(frozen=True)
class Resource:
    """Who or what receives: a doctor by СНИЛС, a room by OID, with the first free moment of each
    free day."""

    kind: Literal["doctor", "room"]
    key: str
    name: str
    position: int | None = None
    dates: tuple[str, ...] = ()

    @property
    def short_name(self) -> str:
        """«Соколова О. В.»; a room's name as it is."""
        last, *others = self.name.split()
        if self.kind == "room" or not others:
            return self.name
        return " ".join([last, *(f"{it[0]}." for it in others)])


@dataclass(frozen=True)
class Place:
    """What step 3 chose: a resource of that kind at that clinic."""

    clinic: Clinic
    resource: Resource
    target: Target


@dataclass(frozen=True)
class Slot:
    """A free time: its id and its moment exactly as the region wrote them; the room in words."""

    id: str
    time: str
    room: str | None = None


@dataclass(frozen=True)
class Referral:
    """A referral of the region's own. `available`: AVAILABLE and its kin, or why not."""

    id: str
    number: str
    starts_on: str
    ends_on: str | None
    target: Target
    to_mo_oid: str | None
    to_name: str | None
    from_name: str
    available: str
    why_not: str | None = None

    @property
    def usable(self) -> bool:
        """Whether the patient himself may book by it now: not at the desk only, nor a doctor."""
        return self.available == "AVAILABLE"
