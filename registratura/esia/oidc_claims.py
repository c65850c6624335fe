"""Claims of OpenID Connect as our profile. Their names differ by gateway: one table, by setting."""

from collections.abc import Mapping
from typing import Any

from registratura.esia.answer import (
    Answer,
    elements,
    read_children,
    read_date,
    read_phone,
    read_policy,
    read_snils,
    read_text,
)
from registratura.esia.faults import EsiaRefused, NotConfirmed
from registratura.people.accounts import Profile

Claims = Mapping[str, Any]
# What we call it → the claim. `REGISTRATURA_OIDC_CLAIMS` renames any of them. The standard ones are
# those of OpenID Connect Core, 5.1; the others are what gateways to ЕСИА usually pass through.
NAMES = {
    "oid": "oid",  # ЕСИА's number of the person
    "trusted": "trusted",  # a confirmed account
    "last_name": "family_name",
    "first_name": "given_name",
    "middle_name": "middle_name",
    "birth_date": "birthdate",
    "sex": "gender",
    "snils": "snils",
    "policy_number": "oms_number",
    "email": "email",
    "email_verified": "email_verified",
    "phone": "phone_number",
    "phone_verified": "phone_number_verified",
    "address": "address",
    "children": "kids",  # as ЕСИА's REST has them: a list, or a collection with `elements`
}
_SEX = {"M": "M", "F": "F", "male": "M", "female": "F"}


def read_claims(namespace: str, claims: Claims, names: Mapping[str, str]) -> Answer:
    """Who it is. Refuses with `NotConfirmed` an account that is not confirmed, with `EsiaRefused`
    one without a number or an identity.

    `namespace` is the issuer whose numbers `oid` are: accounts are kept by both.
    """
    told = {ours: claims.get(theirs) for ours, theirs in names.items()}
    if told["trusted"] is not True and told["trusted"] != "true":
        raise NotConfirmed("account is not confirmed")
    kids = told["children"]
    listed = kids if isinstance(kids, list) else elements({"kids": kids}, "kids")
    return Answer(_profile(namespace, told), read_children(listed))


def _profile(namespace: str, told: Claims) -> Profile:
    last, first = read_text(told["last_name"]), read_text(told["first_name"])
    born, sex = read_date(told["birth_date"]), _SEX.get(str(told["sex"]))
    if last is None or first is None or born is None or sex is None:
        raise EsiaRefused("the person has no full identity")
    return Profile(
        issuer=namespace,
        oid=_number(told["oid"]),
        last_name=last,
        first_name=first,
        middle_name=read_text(told["middle_name"]),
        birth_date=born,
        sex="M" if sex == "M" else "F",
        snils=read_snils(told["snils"]),
        policy_number=read_policy(told["policy_number"]),
        email=read_text(told["email"]) if _is_true(told["email_verified"]) else None,
        phone=read_phone(told["phone"]) if _is_true(told["phone_verified"]) else None,
        address=_address(told["address"]),
    )


def _number(oid: object) -> int:
    text = str(oid) if isinstance(oid, int | str) and not isinstance(oid, bool) else ""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise EsiaRefused("the person has no number")
    return int(text)


def _is_true(claim: object) -> bool:
    return claim is True or claim == "true"


def _address(claim: object) -> str | None:
    """The line of an address claim (OpenID Connect Core, 5.1.1), or a claim that is one."""
    return read_text(claim.get("formatted") if isinstance(claim, Mapping) else claim)
