"""Whatever an ЕСИА answers, in whole or in part: a person whom the database takes, or a refusal."""

import asyncio
import copy
import json
import re
from datetime import date
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registratura.esia import Answer, EsiaRefused, NotConfirmed
from registratura.esia.authorise import Tokens
from registratura.esia.oidc_claims import NAMES, read_claims
from registratura.esia.profile import read_profile
from registratura.esia.verify import Identity
from tests.given.openid import MARIA_AT_GATEWAY
from tests.given.provider import MARIA_IN_ESIA, OID
from tests.sign_on.lines import line_to
from tests.sign_on.test_elements import ADDRESS, ANNA, CERTIFICATE

FULL: dict[str, Any] = MARIA_IN_ESIA | {
    "addresses": {"elements": [ADDRESS]},
    "kids": {"elements": [ANNA | {"documents": {"elements": [CERTIFICATE]}}]},
}
ODD = st.sampled_from(
    [
        *("\x00", "Мария\x00", "\ud800", "٠١٢٣٤٥٦٧٨٩٠", " ", "a" * 10_000, "31.02.1988", "0.0.0"),
        *("+7(٩٠٠)0000001", "http://127.0.0.1:8001/rs/prns/1/docs/1", "Мария\r\nX-A: b"),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | ODD,
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=9), part, max_size=3)
    ),
    max_leaves=6,
)
KEY = st.text(max_size=9) | st.sampled_from(["elements", "trusted", "id", "type", "unknownField"])


@st.composite
def mangled(draw: st.DrawFn, whole: dict[str, Any]) -> dict[str, Any]:
    """`whole` with one to four of its parts replaced, removed, or joined by unknown ones."""
    found = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 4))):
        place: Any = found
        while True:
            names = list(place) if isinstance(place, dict) else list(range(len(place)))
            below = [name for name in names if isinstance(place[name], dict | list) and place[name]]
            if not below or draw(st.booleans()):
                break
            place = place[draw(st.sampled_from(below))]
        name = draw(st.sampled_from(names)) if names else 0
        match draw(st.sampled_from(["replace", "remove", "add"])):
            case "replace" if names:
                place[name] = draw(JSON)
            case "remove" if names:
                del place[name]
            case _ if isinstance(place, dict):
                place[draw(KEY)] = draw(JSON)
    return found


def check_storable(answer: Answer) -> None:
    """What stands in it is text that a database takes, within the rules of its columns."""
    assert answer.profile.oid == OID
    for one in (answer.profile, *answer.children):
        texts = [it for name, it in vars(one).items() if isinstance(it, str)]
        assert all(it.isprintable() and len(it) <= 500 for it in texts)
        assert one.last_name.strip()
        assert one.first_name.strip()
        assert isinstance(one.birth_date, date)
        assert one.sex in ("M", "F")
        assert one.snils is None or re.fullmatch("[0-9]{11}", one.snils)
        assert one.policy_number is None or re.fullmatch("[0-9]{16}", one.policy_number)
    phone = answer.profile.phone
    assert phone is None or re.fullmatch(r"\+7[0-9]{10}", phone)


async def read(person: object) -> Answer | None:
    def reply(request: httpx.Request) -> httpx.Response:
        below = request.url.path != f"/rs/prns/{OID}"
        return httpx.Response(404, json={}) if below else _json(person)

    line = line_to(httpx.MockTransport(reply))
    try:
        return await read_profile(line, Tokens(access="a", id="a"), Identity(OID, confirmed=True))
    except (EsiaRefused, NotConfirmed):
        return None


def _json(person: object) -> httpx.Response:
    text = json.dumps(person)  # a lone surrogate travels as its escape
    return httpx.Response(200, text=text, headers={"Content-Type": "application/json"})


calmly = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


@calmly
@given(mangled(FULL))
def test_a_mangled_answer_of_esia_is_read_or_refused(person: dict[str, Any]) -> None:
    answer = asyncio.run(read(person))
    if answer is not None:
        check_storable(answer)


@calmly
@given(mangled({**MARIA_AT_GATEWAY, "oid": OID, "kids": FULL["kids"]}))
def test_mangled_claims_of_a_gateway_are_read_or_refused(claims: dict[str, Any]) -> None:
    try:
        answer = read_claims("http://esia.gosuslugi.ru/", claims, NAMES)
    except (EsiaRefused, NotConfirmed):
        return
    if answer.profile.oid == OID:
        check_storable(answer)


@calmly
@given(st.sets(st.sampled_from(sorted(set(FULL) - {"trusted", "lastName"})), max_size=9))
def test_a_field_that_is_missing_takes_nothing_else_with_it(missing: set[str]) -> None:
    whole = asyncio.run(read(FULL))
    part = asyncio.run(read({name: it for name, it in FULL.items() if name not in missing}))
    assert whole is not None
    if missing & {"firstName", "birthDate", "gender"}:
        assert part is None
        return
    assert part is not None
    if "contacts" not in missing:
        assert part.profile.phone == whole.profile.phone
    if "kids" not in missing:
        assert part.children == whole.children
    if "snils" not in missing:
        assert part.profile.snils == whole.profile.snils
