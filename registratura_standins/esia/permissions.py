"""The parameter `permissions`: consents of the digital profile, tolerantly read."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from registratura_ground.signing import unb64url
from registratura_standins.esia.consent_types import ACTIONS, BOOK, ConsentType
from registratura_standins.esia.faults import Fault

MOST = 10


@dataclass(frozen=True)
class Permission:
    """One consent that is asked for; `minutes` it lasts from the moment it is given."""

    sysname: str
    purposes: list[str]
    actions: list[str]
    scopes: list[str]
    minutes: int

    @property
    def name(self) -> str:
        """The type's name for people."""
        return BOOK[self.sysname].name if self.sysname in BOOK else self.sysname

    def ends_at(self, given_at: datetime) -> datetime:
        """When it ends if given now."""
        return given_at + timedelta(minutes=self.minutes)

    def as_json(self) -> dict[str, Any]:
        """As it is kept with a sign-on."""
        return asdict(self)


def read_permissions(text: str, allowed: Collection[str]) -> list[Permission]:
    """What is asked; `allowed` are the client's types. Refuses 007003 what is no JSON, 0367xx the
    rest."""
    if not text:
        return []
    try:
        found = json.loads(unb64url(text))
    except (ValueError, RecursionError) as fault:
        raise Fault("007003") from fault
    found = [found] if isinstance(found, dict) else found or []
    if not isinstance(found, list) or len(found) > MOST:
        raise Fault("007003")
    return [_read(one, allowed) for one in found]


def _read(one: Any, allowed: Collection[str]) -> Permission:
    if not isinstance(one, dict):
        raise Fault("007003")
    sysname = one.get("sysname")
    if not sysname:
        raise Fault("036700")
    if not isinstance(sysname, str) or sysname not in BOOK or sysname not in allowed:
        raise Fault("036701")
    kind = BOOK[sysname]
    scopes = _scopes(kind, _names(one.get("scopes")))
    return Permission(
        sysname,
        _purposes(kind, _names(one.get("purposes"))),
        _actions(_names(one.get("actions"))),
        scopes,
        _minutes(kind, one.get("expire")),
    )


def _scopes(kind: ConsentType, asked: list[str]) -> list[str]:
    if kind.fixed:
        if asked:
            raise Fault("036704")
        return sorted(kind.fixed)
    if not kind.mandatory <= set(asked):
        raise Fault("036702")
    if not set(asked) <= kind.allowed:
        raise Fault("036703")
    return asked


def _actions(asked: list[str]) -> list[str]:
    if not asked:
        raise Fault("036705")
    if not set(asked) <= ACTIONS:
        raise Fault("036706")
    return asked


def _purposes(kind: ConsentType, asked: list[str]) -> list[str]:
    if not asked:
        raise Fault("036707")
    if not set(asked) <= kind.purposes:
        raise Fault("036726")
    if kind.one_purpose and len(asked) > 1:
        raise Fault("036727")
    return asked


def _minutes(kind: ConsentType, asked: Any) -> int:
    if asked is None:
        return kind.longest
    text = str(asked).strip()
    if isinstance(asked, bool) or not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Fault("036716")
    if not 0 < int(text) <= kind.longest:
        raise Fault("036716")
    return int(text)


def _names(found: Any) -> list[str]:
    """Names of `[{"sysname": "fullname"}]`, of `["fullname"]`, of one alone; others are none."""
    found = found if isinstance(found, list) else [found] if found else []
    told = [one.get("sysname") if isinstance(one, dict) else one for one in found]
    names = [name for name in told if isinstance(name, str)]
    if len(names) < len(told):
        raise Fault("007003")
    return list(dict.fromkeys(names))
