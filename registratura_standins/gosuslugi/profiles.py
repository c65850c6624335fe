"""ЕСИА's profile by REST, read tolerantly into an account and the children of its list."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from registratura_standins.gosuslugi.accounts import Account, Child
from registratura_standins.gosuslugi.esia import EsiaFault

Json = Mapping[str, Any]


def read_profile(oid: int, person: Json) -> tuple[Account, tuple[Child, ...]]:
    """Refuses with `EsiaFault` a person without a name, sex or birth date."""
    if person.get("trusted") is not True:
        raise EsiaFault("account is not confirmed")
    known = _person(person)
    if known is None:
        raise EsiaFault("the person has no full identity")
    contacts = _elements(person, "contacts")
    phone = re.sub(r"\D", "", _contact(contacts, "MBT") or "")
    account = Account(
        **known,
        oid=oid,
        phone=f"+{phone}" if re.fullmatch(r"7\d{10}", phone) else None,
        email=_contact(contacts, "EML"),
    )
    return account, tuple(_children(person))


def _children(person: Json) -> Iterable[Child]:
    for kid in _elements(person, "kids"):
        known = _person(kid)
        if known is not None:
            yield Child(**known, id=str(kid.get("id", "")))


def _person(one: Json) -> dict[str, Any] | None:
    last, first = _text(one.get("lastName")), _text(one.get("firstName"))
    born, sex = _day(one.get("birthDate")), one.get("gender")
    if last is None or first is None or born is None or sex not in ("M", "F"):
        return None
    snils = re.sub(r"\D", "", _text(one.get("snils")) or "")
    papers = _elements(one, "documents")
    numbers = (_text(it.get("number")) for it in papers if it.get("type") == "MDCL_PLCY")
    return {
        "last_name": last,
        "first_name": first,
        "middle_name": _text(one.get("middleName")),
        "birth_date": born,
        "sex": sex,
        "snils": snils if len(snils) == 11 else None,
        "policy_number": next((it for it in numbers if it and re.fullmatch(r"\d{16}", it)), None),
    }


def _elements(one: Json, name: str) -> list[Json]:
    found = one.get(name)
    elements = found.get("elements") if isinstance(found, dict) else None
    return [it for it in elements if isinstance(it, dict)] if isinstance(elements, list) else []


def _contact(contacts: Iterable[Json], kind: str) -> str | None:
    verified = (it for it in contacts if it.get("type") == kind and it.get("vrfStu") == "VERIFIED")
    return _text(next(verified, {}).get("value"))


def _text(value: object) -> str | None:
    return (value.strip() or None) if isinstance(value, str) else None


def _day(value: object) -> str | None:
    try:
        return datetime.strptime(str(value), "%d.%m.%Y").date().isoformat()
    except ValueError:
        return None
