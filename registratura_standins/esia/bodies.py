"""JSON bodies of the profile, as the original spells them; only what the scopes open."""

import hashlib
import json
import re
from collections.abc import Collection
from datetime import date
from typing import Any

from registratura_standins.esia import scopes as scope_book
from registratura_standins.esia.owners import Address, Child, Contact, Document, Owner
from registratura_standins.esia.spellings import format_snils

Body = dict[str, Any]


def person(owner: Owner, scopes: Collection[str]) -> Body:
    """The owner; a field without its scope, or unknown, is left out."""
    account = owner.account
    passport = owner.find_document("RF_PASSPORT")
    known = {
        "firstName": account.first_name,
        "lastName": account.last_name,
        "middleName": account.middle_name,
        "birthDate": _day(account.birth_date),
        "birthPlace": account.birth_place,
        "gender": account.gender,
        "citizenship": account.citizenship,
        "snils": account.snils and format_snils(account.snils),
        "inn": account.inn,
        "rIdDoc": passport and passport.id,
    }
    body: Body = {"stateFacts": ["EntityRoot"]}
    body |= _opened(known, scope_book.PERSON_FIELDS, scopes)
    body |= {
        "trusted": account.trusted,
        "updatedOn": int(account.changed_at.timestamp()),
        "status": "REGISTERED",
        "verifying": False,
        "containsUpCfmCode": False,
    }
    return _tagged(body)


def contact(one: Contact) -> Body:
    """A contact; telephones as +7(900)0000001."""
    return _tagged(
        {
            "stateFacts": ["Identifiable"],
            "id": one.id,
            "type": one.type,
            "vrfStu": _status(one.verified),
            "value": _spell_phone(one.value),
        }
    )


def address(one: Address) -> Body:
    """An address."""
    return _tagged(
        _known(
            {
                "stateFacts": ["Identifiable"],
                "id": one.id,
                "type": one.type,
                "addressStr": one.address_str,
                "countryId": "RUS",
                "region": one.region,
                "city": one.city,
                "street": one.street,
                "house": one.house,
                "flat": one.flat,
                "zipCode": one.zip_code,
                "fiasCode": one.fias_code,
            }
        )
    )


def document(one: Document) -> Body:
    """A document; what it does not have is left out."""
    return _tagged(
        _known(
            {
                "stateFacts": ["EntityRoot"],
                "id": one.id,
                "type": one.type,
                "vrfStu": _status(one.verified),
                "series": one.series,
                "number": one.number,
                "issueDate": _day(one.issue_date),
                "issueId": one.issue_id,
                "issuedBy": one.issued_by,
                "actNo": one.act_no,
                "actDate": _day(one.act_date),
                "medicalOrg": one.medical_org,
                "expiryDate": _day(one.expiry_date),
                "lastName": one.last_name,
                "firstName": one.first_name,
            }
        )
    )


def child(owner: Owner, one: Child, scopes: Collection[str]) -> Body:
    """A child with the documents that the scopes open; its id is a string here."""
    known = {
        "firstName": one.first_name,
        "lastName": one.last_name,
        "middleName": one.middle_name,
        "birthDate": _day(one.birth_date),
        "gender": one.gender,
        "snils": one.snils and format_snils(one.snils),
        "inn": one.inn,
        "mobile": one.phone and _spell_phone(one.phone),
        "email": one.email,
    }
    body: Body = {"stateFacts": ["EntityRoot"], "id": str(one.id)}
    body |= _opened(known, scope_book.CHILD_FIELDS, scopes)
    documents = child_documents(owner, one, scopes)
    if documents is not None:
        body["documents"] = collection([document(found) for found in documents])
    return _tagged(body)


def contacts(owner: Owner, scopes: Collection[str]) -> list[Contact] | None:
    """The contacts that the scopes open; None where they open none."""
    types = scope_book.types_open(scopes, scope_book.CONTACT_TYPES)
    if "contacts" in scopes:
        return owner.contacts
    return [one for one in owner.contacts if one.type in types] if types else None


def addresses(owner: Owner, scopes: Collection[str]) -> list[Address] | None:
    """The addresses, if the scopes open them."""
    return owner.addresses if {"addresses", "contacts"} & set(scopes) else None


def documents(owner: Owner, scopes: Collection[str]) -> list[Document] | None:
    """The owner's documents that the scopes open; None where they open none."""
    types = scope_book.types_open(scopes, scope_book.DOCUMENT_TYPES)
    return [one for one in owner.documents_of(None) if one.type in types] if types else None


def children(owner: Owner, scopes: Collection[str]) -> list[Child] | None:
    """The children, if any scope opens something of them."""
    return owner.children if any(scope.startswith("kid_") for scope in scopes) else None


def child_documents(owner: Owner, one: Child, scopes: Collection[str]) -> list[Document] | None:
    """The child's documents that the scopes open; None where they open none."""
    types = scope_book.types_open(scopes, scope_book.CHILD_DOCUMENT_TYPES)
    return [found for found in owner.documents_of(one) if found.type in types] if types else None


def collection(elements: list[Any]) -> Body:
    """The original's envelope of a list: objects, or addresses to fetch one by one."""
    return _tagged({"stateFacts": ["hasSize"], "size": len(elements), "elements": elements})


def _spell_phone(value: str) -> str:
    phone = re.fullmatch(r"\+7([0-9]{3})([0-9]{7})", value)
    return f"+7({phone[1]}){phone[2]}" if phone else value


def _opened(known: Body, fields: dict[str, str], scopes: Collection[str]) -> Body:
    return _known({name: one for name, one in known.items() if fields[name] in scopes})


def _known(body: Body) -> Body:
    return {name: one for name, one in body.items() if one is not None}


def _tagged(body: Body) -> Body:
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    return {**body, "eTag": hashlib.sha256(text.encode()).hexdigest()[:40].upper()}


def _day(day: date | None) -> str | None:
    return None if day is None else f"{day:%d.%m}.{day.year:04}"


def _status(verified: bool) -> str:
    return "VERIFIED" if verified else "NOT_VERIFIED"
