"""Who the person is: ЕСИА's REST answers, read tolerantly, as the registry's own words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registratura.esia.authorise import Tokens
from registratura.esia.client import Esia
from registratura.esia.faults import EsiaRefused, NotConfirmed
from registratura.esia.verify import Identity
from registratura.people.accounts import Profile
from registratura.people.names import Sex

Json = Mapping[str, Any]
_EMBED = "(contacts.elements,documents.elements,kids.elements)"
_BIRTH_CERTIFICATES = {"RF_BRTH_CERT", "FID_BRTH_CERT", "OLD_BRTH_CERT", "BRTH_CERT"}


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


async def read_profile(esia: Esia, tokens: Tokens, identity: Identity) -> Answer:
    """Person, contacts, documents, children in one request. Refuses with `NotConfirmed` an
    account that is not confirmed, with `EsiaRefused` a person without a name or birth date."""
    if not identity.confirmed:
        raise NotConfirmed("account is not confirmed")
    person = await esia.get(f"/rs/prns/{identity.oid}", tokens.access, {"embed": _EMBED})
    if not isinstance(person, dict):
        raise EsiaRefused("the person is not an object")
    if person.get("trusted") is not True:
        raise NotConfirmed("person is not trusted")
    return read_answer(esia.issuer, identity.oid, person)


def read_answer(issuer: str, oid: int, person: Json) -> Answer:
    """The person's JSON as our words; what is odd beside the identity itself is left out."""
    names = _identity(person)
    if names is None:
        raise EsiaRefused("the person has no full identity")
    contacts = _elements(person, "contacts")
    profile = Profile(
        issuer=issuer,
        oid=oid,
        **names,
        snils=_snils(person),
        policy_number=_policy(_elements(person, "documents")),
        email=_contact(contacts, "EML"),
        phone=_phone(_contact(contacts, "MBT")),
    )
    children = (_child(kid) for kid in _elements(person, "kids"))
    return Answer(profile, tuple(child for child in children if child is not None))


def _child(kid: Json) -> Child | None:
    names = _identity(kid)
    if names is None:
        return None
    documents = _elements(kid, "documents")
    return Child(
        id=str(kid.get("id", "")),
        **names,
        snils=_snils(kid),
        policy_number=_policy(documents),
        verified=any(
            paper.get("type") in _BIRTH_CERTIFICATES and paper.get("vrfStu") == "VERIFIED"
            for paper in documents
        ),
    )


def _identity(person: Json) -> dict[str, Any] | None:
    last, first = _text(person.get("lastName")), _text(person.get("firstName"))
    born, sex = _date(person.get("birthDate")), person.get("gender")
    if last is None or first is None or born is None or sex not in ("M", "F"):
        return None
    return {
        "last_name": last,
        "first_name": first,
        "middle_name": _text(person.get("middleName")),
        "birth_date": born,
        "sex": sex,
    }


def _elements(person: Json, name: str) -> list[Json]:
    """The objects of a collection; an address in place of an object is left alone."""
    found = person.get(name)
    elements = found.get("elements") if isinstance(found, dict) else None
    return [it for it in elements if isinstance(it, dict)] if isinstance(elements, list) else []


def _contact(contacts: Iterable[Json], kind: str) -> str | None:
    """The contact of that type that ЕСИА has verified."""
    verified = (it for it in contacts if it.get("type") == kind and it.get("vrfStu") == "VERIFIED")
    return _text(next(verified, {}).get("value"))


def _phone(text: str | None) -> str | None:
    """`+7(900)0000001` → `+79000000001`."""
    digits = re.sub(r"\D", "", text or "")
    return f"+{digits}" if len(digits) == 11 and digits[0] == "7" else None


def _snils(person: Json) -> str | None:
    digits = re.sub(r"\D", "", _text(person.get("snils")) or "")
    return digits if len(digits) == 11 else None


def _policy(documents: Iterable[Json]) -> str | None:
    numbers = (_text(it.get("number")) for it in documents if it.get("type") == "MDCL_PLCY")
    return next((it for it in numbers if it and it.isdigit() and len(it) == 16), None)


def _text(value: object) -> str | None:
    return (value.strip() or None) if isinstance(value, str) else None


def _date(value: object) -> date | None:
    try:
        return datetime.strptime(str(value), "%d.%m.%Y").date()
    except ValueError:
        return None
