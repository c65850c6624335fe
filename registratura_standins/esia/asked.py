"""What a client system asks: parameters, time and scopes, the same rules at `ac` and `te`."""

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from litestar import Request

from registratura_standins.esia import scopes
from registratura_standins.esia.clients import Client
from registratura_standins.esia.faults import Fault

CLOCK_ERROR = timedelta(minutes=5)
_LONGEST, _LONGEST_PERMISSIONS = 4000, 16000
_TIMESTAMP = re.compile(r"\d{4}\.\d{2}\.\d{2} \d{2}:\d{2}:\d{2} [+-]\d{4}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_OF_SYSTEM = re.compile(r"prm_chg\?oid=([0-9]{1,18})")
_FORM = "application/x-www-form-urlencoded"

Parameters = dict[str, str]
Pairs = list[tuple[str, Any]]


async def collect(request: Request[Any, Any, Any]) -> Pairs:
    """What stands in query and form together, nothing of it checked yet."""
    pairs: Pairs = list(request.query_params.multi_items())
    if request.method == "POST" and request.headers.get("content-type", "").startswith(_FORM):
        pairs += list((await request.form()).multi_items())
    return pairs


def read_parameters(pairs: Pairs) -> Parameters:
    """The parameters. Refuses 007003 (repeated, unprintable, too long), 007038 (unreadable)."""
    found: Parameters = {}
    for name, text in pairs:
        if name in found:
            raise Fault("007003")
        found[name] = _read(name, text)
    return found


def read_sound(pairs: Pairs) -> Parameters:
    """Those that stand once and could be read, among others that could not."""
    found: Parameters = {}
    times = Counter(name for name, _ in pairs)
    for name, text in pairs:
        with suppress(Fault):
            if times[name] == 1:
                found[name] = _read(name, text)
    return found


def _read(name: str, text: Any) -> str:
    if not isinstance(text, str) or "\ufffd" in text:
        raise Fault("007038")
    longest = _LONGEST_PERMISSIONS if name == "permissions" else _LONGEST
    if len(text) > longest or _CONTROL.search(text):
        raise Fault("007003")
    return text


def check_present(asked: Parameters, names: Sequence[str]) -> None:
    """Refuses 007014, naming every parameter that is missing or empty; the scope alone: 007013."""
    missing = [name for name in names if not asked.get(name)]
    if missing == ["scope"]:
        raise Fault("007013")
    if missing:
        raise Fault("007014", names=", ".join(missing))


def check_time(asked: Parameters, now: datetime) -> None:
    """Refuses 007015 a timestamp that is misspelt or over five minutes away."""
    text = asked["timestamp"]
    if not _TIMESTAMP.fullmatch(text):
        raise Fault("007015")
    try:
        signed_at = datetime.strptime(text, "%Y.%m.%d %H:%M:%S %z")
        late = abs(now - signed_at)
    except (ValueError, OverflowError) as fault:
        raise Fault("007015") from fault
    if late > CLOCK_ERROR:
        raise Fault("007015")


def read_scopes(asked: Parameters, client: Client) -> list[str]:
    """The scopes as a list. Refuses 007006 an unknown one, 007019 one that is not this client's."""
    names = [scopes.plain(name) for name in asked["scope"].split(" ")]
    own = [name for name in names if not scopes.is_of_organisation(name)]
    if not set(own) <= scopes.ALL:
        raise Fault("007006")
    if not set(own) <= set(client.scopes):
        raise Fault("007019")
    return list(dict.fromkeys(own))


def read_organisation_scopes(asked: Parameters) -> list[str]:
    """Scopes of organisations, from their own parameter and, as old clients have it, from
    `scope`. Refuses 007006 what is none."""
    own = [scopes.plain(name) for name in asked.get("scope_org", "").split()]
    if not all(scopes.is_of_organisation(name) for name in own):
        raise Fault("007006")
    among = [scopes.plain(name) for name in asked["scope"].split(" ")]
    return own + [name for name in among if scopes.is_of_organisation(name)]


def read_system_scope(asked: Parameters) -> int:
    """The oid of `prm_chg?oid=…`, the one scope of a client's own token. Refuses 007006."""
    found = _OF_SYSTEM.fullmatch(asked["scope"])
    if not found:
        raise Fault("007006")
    return int(found[1])
