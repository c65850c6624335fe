"""A kind of doctor in an address: `position=45`, or all that the region has said of it."""

from collections.abc import Mapping
from urllib.parse import urlencode

import msgspec

from registratura_ground.signing import b64url, unb64url
from registratura_standins.gosuslugi.drafts import Draft
from registratura_standins.gosuslugi.places import Target
from registratura_standins.gosuslugi.positions import AREA_PAEDIATRICIAN, AREA_THERAPIST

_BY_AREA = (Target(position=AREA_PAEDIATRICIAN), Target(position=AREA_THERAPIST))


def to_query(target: Target, **more: str) -> str:
    """The query that names it, with what else stands there."""
    return urlencode({**to_fields(target), **more})


def to_fields(target: Target) -> dict[str, str]:
    """The same for the hidden fields of a form."""
    if target == Target(position=target.position):
        return {"position": str(target.position)}
    return {"kind": b64url(msgspec.json.encode(target))}


def from_query(query: Mapping[str, str]) -> Target:
    """The kind that a query names. Raises `LookupError` where it names none."""
    position = query.get("position", "")
    if position.isascii() and position.isdigit() and len(position) < 6:
        return Target(position=int(position))
    try:
        target = msgspec.json.decode(unb64url(query.get("kind", "")), type=Target)
    except (ValueError, msgspec.DecodeError):
        raise LookupError("no kind of doctor") from None
    if target.position is None and target.speciality is None:
        raise LookupError("no kind of doctor")
    return target


def is_by_area(query: Mapping[str, str]) -> bool:
    """Whether it names an area doctor and no referral: who appears by himself."""
    if "referral" in query:
        return False
    try:
        return from_query(query) in _BY_AREA
    except LookupError:
        return False


def doctors_path(draft: Draft) -> str:
    """The page on which this draft's doctor was chosen: by his area, or among others like him."""
    wizard, place = f"/booking/{draft.id}", draft.chosen
    if draft.referral is not None:
        return f"{wizard}/doctors?{urlencode({'referral': draft.referral.id})}"
    if place.target in _BY_AREA:
        return f"{wizard}/doctor"
    return f"{wizard}/doctors?{to_query(place.target, clinic=place.clinic.oid)}"
