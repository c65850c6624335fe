"""Who the person is and who his children are: JSON of a provider as the registry's own words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registratura.esia.faults import EsiaRefused
from registratura.people.accounts import Profile
from registratura.people.names import Sex

Json = Mapping[str, Any]
BIRTH_CERTIFICATES = {"RF_BRTH_CERT", "FID_BRTH_CERT", "OLD_BRTH_CERT", "BRTH_CERT"}
LONGEST_TEXT = 500  # of a name, an address; what is longer is none
MOST_CHILDREN = 30


@dataclass(frozen=True)
class Child:
    """A child of ЕСИА's list. `verified`: his birth certificate is verified there."""

    id: str
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    sex: Sex
    snils: str | None
    policy_number: str | None
    verified: bool


@dataclass(frozen=True)
class Answer:
    """What ЕСИА tells of a person and his children."""

    profile: Profile
    children: tuple[Child, ...]


def read_answer(issuer: str, oid: int, person: Json) -> Answer:
    """The person's JSON as our words; what is odd beside the identity itself is left out.

    Refuses with `EsiaRefused` a person without a name, birth date or sex.
    """
    names = _identity(person)
    if names is None:
        raise EsiaRefused("the person has no full identity")
    contacts = elements(person, "contacts")
    profile = Profile(
        issuer=issuer,
        oid=oid,
        **names,
        snils=read_snils(person.get("snils")),
        policy_number=_policy(elements(person, "documents")),
        email=_contact(contacts, "EML"),
        phone=read_phone(_contact(contacts, "MBT")),
        address=_address(elements(person, "addresses")),
    )
    return Answer(profile, read_children(elements(person, "kids")))


def read_children(kids: Iterable[Any]) -> tuple[Child, ...]:
    """The children whose identity is whole, `MOST_CHILDREN` at most."""
    found = (_child(kid) for kid in kids if isinstance(kid, dict))
    return tuple(child for child in found if child is not None)[:MOST_CHILDREN]


def elements(person: Json, name: str) -> list[Json]:
    """The objects of a collection; an address in place of an object is left alone."""
    found = person.get(name)
    held = found.get("elements") if isinstance(found, dict) else None
    return [it for it in held if isinstance(it, dict)] if isinstance(held, list) else []


def read_id(element: Json) -> str:
    """The element's id, a number or a text there; empty for anything else."""
    id = element.get("id")
    return (read_text(str(id)) or "") if type(id) in (int, str) else ""


def read_text(value: object) -> str | None:
    """A printable text without blanks around it, or None."""
    text = value.strip() if isinstance(value, str) else ""
    return text if text.isprintable() and 0 < len(text) <= LONGEST_TEXT else None


def read_date(value: object) -> date | None:
    """`25.06.1988`, or `1988-06-25` as OpenID Connect has it."""
    for form in ("%d.%m.%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(str(value), form).date()
        except ValueError:
            continue
    return None


def read_snils(value: object) -> str | None:
    """`112-233-445 95` → `11223344595`."""
    digits = re.sub(r"[^0-9]", "", read_text(value) or "")
    return digits if len(digits) == 11 else None


def read_phone(value: object) -> str | None:
    """`+7(900)0000001` → `+79000000001`."""
    digits = re.sub(r"[^0-9]", "", read_text(value) or "")
    return f"+{digits}" if len(digits) == 11 and digits[0] == "7" else None


def read_policy(value: object) -> str | None:
    """A number of sixteen digits."""
    number = read_text(value) or ""
    return number if re.fullmatch(r"[0-9]{16}", number) else None


def _child(kid: Json) -> Child | None:
    names = _identity(kid)
    if names is None:
        return None
    documents = elements(kid, "documents")
    return Child(
        id=read_id(kid),
        **names,
        snils=read_snils(kid.get("snils")),
        policy_number=_policy(documents),
        verified=any(_is_birth_certificate(paper) for paper in documents),
    )


def _is_birth_certificate(paper: Json) -> bool:
    kind = read_text(paper.get("type"))
    return kind in BIRTH_CERTIFICATES and paper.get("vrfStu") == "VERIFIED"


def _identity(person: Json) -> dict[str, Any] | None:
    last, first = read_text(person.get("lastName")), read_text(person.get("firstName"))
    born, sex = read_date(person.get("birthDate")), person.get("gender")
    if last is None or first is None or born is None or sex not in ("M", "F"):
        return None
    return {
        "last_name": last,
        "first_name": first,
        "middle_name": read_text(person.get("middleName")),
        "birth_date": born,
        "sex": sex,
    }


def _contact(contacts: Iterable[Json], kind: str) -> str | None:
    """The contact of that type that ЕСИА has verified."""
    verified = (it for it in contacts if it.get("type") == kind and it.get("vrfStu") == "VERIFIED")
    return read_text(next(verified, {}).get("value"))


def _policy(documents: Iterable[Json]) -> str | None:
    numbers = (read_policy(it.get("number")) for it in documents if it.get("type") == "MDCL_PLCY")
    return next((it for it in numbers if it), None)


def _address(addresses: Iterable[Json]) -> str | None:
    """Where he lives (`PLV`), else where he is registered (`PRG`), in one line: ЕСИА's own line
    holds neither house nor flat."""
    by_type = {str(it.get("type")): _line_of(it) for it in addresses}
    return by_type.get("PLV") or by_type.get("PRG")


def _line_of(address: Json) -> str | None:
    place = read_text(address.get("addressStr"))
    if place is None:
        return None
    marked = (("house", "д. "), ("frame", "корп. "), ("building", "стр. "), ("flat", "кв. "))
    found = [(mark, read_text(address.get(name))) for name, mark in marked]
    parts = [read_text(address.get("zipCode")), place, *(mark + it for mark, it in found if it)]
    return read_text(", ".join(part for part in parts if part))
