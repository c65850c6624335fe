"""What an answer only points at is fetched one by one: from ЕСИА alone, and never without end."""

import asyncio
from typing import Any

import httpx
import pytest

from registratura.esia import Answer, EsiaDown, elements
from registratura.esia.authorise import Tokens
from registratura.esia.elements import MOST_REQUESTS
from registratura.esia.profile import read_profile
from registratura.esia.verify import Identity
from tests.given.provider import MARIA_IN_ESIA, OID, Provider
from tests.sign_on.lines import line_to

HOME = f"/rs/prns/{OID}"
ESIA = "http://127.0.0.1:8001"
CONTACTS = [it | {"id": it["id"]} for it in MARIA_IN_ESIA["contacts"]["elements"]]
POLICY = MARIA_IN_ESIA["documents"]["elements"][0]
CERTIFICATE = {"id": 7001, "type": "RF_BRTH_CERT", "vrfStu": "VERIFIED"}
ANNA = {
    "id": "5001",
    "firstName": "Анна",
    "lastName": "Смирнова",
    "birthDate": "14.03.2019",
    "gender": "F",
    "snils": "112-233-446 96",
}
ADDRESS = {
    "id": 21,
    "type": "PLV",
    "zipCode": "249030",
    "addressStr": "обл Калужская, г Обнинск",
    "house": "1",
    "flat": "2",
}
BARE = {name: it for name, it in MARIA_IN_ESIA.items() if name not in ("contacts", "documents")}


def pointing(*paths: str) -> dict[str, Any]:
    """A collection as ЕСИА gives it without `embed`."""
    return {"size": len(paths), "elements": [f"{ESIA}{HOME}/{path}" for path in paths]}


async def read(provider: Provider) -> Answer:
    line = line_to(httpx.MockTransport(provider.reply))
    tokens = Tokens(access="a.b.c", id="a.b.c")
    return await read_profile(line, tokens, Identity(OID, confirmed=True))


def check_whole(answer: Answer) -> None:
    """Everything that there is of Мария and her child."""
    profile = answer.profile
    assert (profile.phone, profile.email) == ("+79000000001", "maria@example.org")
    assert profile.policy_number == "4053110874010015"
    assert profile.address == "249030, обл Калужская, г Обнинск, д. 1, кв. 2"
    assert [(it.first_name, it.verified) for it in answer.children] == [("Анна", True)]


async def test_collections_that_are_not_embedded_are_asked_for_by_path() -> None:
    provider = Provider(person=BARE)
    provider.shelf = {
        f"{HOME}/ctts": {"elements": CONTACTS},
        f"{HOME}/addrs": {"elements": [ADDRESS]},
        f"{HOME}/docs": {"elements": [POLICY]},
        f"{HOME}/kids": {"elements": [ANNA]},
        f"{HOME}/kids/5001/docs": {"elements": [CERTIFICATE]},
    }
    check_whole(await read(provider))


async def test_elements_that_are_addresses_are_fetched_one_by_one() -> None:
    provider = Provider()
    provider.person = BARE | {
        "contacts": pointing("ctts/11", "ctts/12"),
        "addresses": pointing("addrs/21"),
        "documents": pointing("docs/102"),
        "kids": pointing("kids/5001"),
    }
    provider.shelf = {
        f"{HOME}/ctts/11": CONTACTS[0],
        f"{HOME}/ctts/12": CONTACTS[1],
        f"{HOME}/addrs/21": ADDRESS,
        f"{HOME}/docs/102": POLICY,
        f"{HOME}/kids/5001": ANNA,
        f"{HOME}/kids/5001/docs": pointing("kids/5001/docs/7001"),
        f"{HOME}/kids/5001/docs/7001": CERTIFICATE,
    }
    check_whole(await read(provider))


async def test_what_is_refused_or_missing_is_left_out_and_the_rest_is_read() -> None:
    provider = Provider()
    provider.person = MARIA_IN_ESIA | {"kids": pointing("kids/1"), "addresses": pointing("addrs/9")}
    answer = await read(provider)
    assert answer.profile.phone == "+79000000001"
    assert (answer.profile.address, answer.children) == (None, ())


FOREIGN = [
    "http://169.254.169.254/latest/meta-data",
    f"http://evil.example{HOME}/docs/1",
    f"http://127.0.0.1:8001@evil.example{HOME}/docs/1",
    f"//evil.example{HOME}/docs/1",
    f"file://{HOME}/docs/1",
    f"{HOME}/docs/1",
    f"{ESIA}/rs/prns/{OID + 1}/docs/1",
    f"{ESIA}{HOME}/../{OID + 1}/docs/1",
    f"{ESIA}{HOME}/%2e%2e/{OID + 1}",
    f"{ESIA}{HOME}/docs/1?embed=(elements)",
    f"{ESIA}/healthz",
    f"http://127.0.0.1.evil.example{HOME}/docs/1",
    "http://[::1",
    "",
    7,
]


@pytest.mark.parametrize("address", FOREIGN)
async def test_nobody_but_esia_is_asked_and_nothing_but_this_person(address: object) -> None:
    provider = Provider(person=MARIA_IN_ESIA | {"kids": {"elements": [address]}})
    await read(provider)
    assert provider.asked == [HOME]
    assert provider.hosts == {"127.0.0.1"}


async def test_scheme_and_port_of_an_address_are_not_believed() -> None:
    provider = Provider()
    provider.person = BARE | {"documents": {"elements": [f"https://127.0.0.1:1{HOME}//docs/102/"]}}
    provider.shelf = {f"{HOME}//docs/102/": POLICY}
    assert (await read(provider)).profile.policy_number == "4053110874010015"


@pytest.mark.parametrize("id", ["../../2", "1/docs", "", None, "a" * 50, "1?x=1", {}])
async def test_an_id_of_a_child_is_no_path(id: object) -> None:
    provider = Provider(person=MARIA_IN_ESIA | {"kids": {"elements": [ANNA | {"id": id}]}})
    assert (await read(provider)).children[0].verified is False
    assert provider.asked == [HOME]


async def test_a_list_without_end_is_not_followed_to_its_end() -> None:
    many = pointing(*(f"docs/{number}" for number in range(1000)))
    provider = Provider(person=MARIA_IN_ESIA | {"documents": many, "kids": many})
    await read(provider)
    assert len(provider.asked) == 1 + MOST_REQUESTS


async def test_a_profile_that_takes_too_long_is_esia_that_does_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(elements, "LONGEST", 0.05)
    provider = Provider(person=MARIA_IN_ESIA | {"documents": pointing("docs/1")})

    async def slow(request: httpx.Request) -> httpx.Response:
        if "/docs/" in request.url.path:
            await asyncio.sleep(5)
        return provider.reply(request)

    line = line_to(httpx.MockTransport(slow))
    with pytest.raises(EsiaDown, match="too long"):
        await read_profile(line, Tokens(access="a", id="a"), Identity(OID, confirmed=True))
