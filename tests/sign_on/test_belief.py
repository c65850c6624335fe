"""What the portal believes of an ЕСИА's answer, and what it says when it does not."""

from typing import Any

import httpx
import pytest
from litestar import Litestar

from registratura.db import value
from tests.given import portal
from tests.given.provider import MARIA_IN_ESIA, OID, Provider, other_key
from tests.sign_on.test_signing_in import come_back, go_to_esia

SUBJECT = {"urn:esia:sbj:oid": OID, "urn:esia:sbj:is_tru": True}
SPOILED: list[tuple[str, str, dict[str, Any]]] = [
    ("alg none", "another algorithm", {"algorithm": "none"}),
    ("another algorithm", "another algorithm", {"algorithm": "RS512"}),
    ("another key", "not signed by a trusted key", {"key": other_key()}),
    (
        "another key of the id token alone",
        "id token: not signed by a trusted key",
        {"answer": {"id_token": Provider(key=other_key()).token("id", {"sub": OID})}},
    ),
    (
        "an organisation",
        "not a natural person",
        {"identity": {"urn:esia:sbj": SUBJECT | {"urn:esia:sbj:typ": "L"}}},
    ),
    ("issued in the future", "access token is not valid yet", {"access": {"iat": 4_000_000_000}}),
    (
        "another issuer",
        "access token of another issuer",
        {"access": {"iss": "https://esia.gosuslugi.ru/"}},
    ),
    (
        "another issuer of the id token",
        "id token of another issuer",
        {"identity": {"iss": "http://evil.example/"}},
    ),
    ("no issuer", "id token of another issuer", {"identity": {"iss": None}}),
    ("another client", "access token of another client", {"access": {"client_id": "REG41"}}),
    ("another audience", "id token for another client", {"identity": {"aud": "REG41"}}),
    ("expired access", "access token has expired", {"access": {"exp": 1_700_000_000}}),
    ("expired identity", "id token has expired", {"identity": {"exp": 1_700_000_000}}),
    ("no expiry", "id token has expired", {"identity": {"exp": None}}),
    ("expiry that is no number", "id token has expired", {"identity": {"exp": "soon"}}),
    ("not yet valid", "access token is not valid yet", {"access": {"nbf": 4_000_000_000}}),
    ("another person in the id token", "different persons", {"identity": {"sub": OID + 1}}),
    (
        "another person inside",
        "different persons",
        {"identity": {"urn:esia:sbj": SUBJECT | {"urn:esia:sbj:oid": 7}}},
    ),
    ("no person", "no person in the tokens", {"access": {"urn:esia:sbj_id": None}}),
    (
        "true for a person",
        "no person in the tokens",
        {"access": {"urn:esia:sbj_id": True}, "identity": {"sub": True}},
    ),
    ("tokens of another kind", "access token of another kind", {"headers": {"sbt": "refresh"}}),
    ("critical header", "another algorithm", {"headers": {"crit": ["exp"], "exp": 1}}),
    ("another state", "another state", {"answer": {"state": "another"}}),
    ("no access token", "a token is missing", {"answer": {"access_token": None}}),
    ("no id token", "a token is missing", {"answer": {"id_token": ""}}),
    ("tokens swapped", "a part is not JSON", {"answer": {"access_token": "a.b.c"}}),
    (
        "a person without a name",
        "no full identity",
        {"person": {"trusted": True, "lastName": "Иванова"}},
    ),
    (
        "an impossible birth date",
        "no full identity",
        {"person": MARIA_IN_ESIA | {"birthDate": "31.02.1988"}},
    ),
]


@pytest.mark.parametrize(
    ("reason", "spoiled"),
    [case[1:] for case in SPOILED],
    ids=[case[0] for case in SPOILED],
)
async def test_a_spoiled_answer_lets_nobody_in(
    app: Litestar,
    provider: Provider,
    maria: httpx.AsyncClient,
    reason: str,
    spoiled: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, part in spoiled.items():
        setattr(provider, name, part)
    answer = await come_back(maria, await go_to_esia(maria))
    assert answer.status_code == 400
    assert reason in capsys.readouterr().out
    assert "Вход не завершён" in answer.text
    assert "registratura_session" not in maria.cookies
    async with app.state.pool.connection() as db:
        assert await value(db, "select count(*) from account") == 0


async def test_an_expiry_within_a_minute_is_a_matter_of_clocks(
    provider: Provider, maria: httpx.AsyncClient
) -> None:
    from datetime import UTC, datetime

    just_now = int(datetime.now(UTC).timestamp())
    provider.access = {"exp": just_now - 30, "nbf": just_now + 30}
    assert (await come_back(maria, await go_to_esia(maria))).status_code == 303


async def test_the_second_pinned_certificate_is_trusted_too(
    database_url: str,
) -> None:
    both = (portal.keys() / "registratura.crt", portal.keys() / "esia.crt")
    async with portal.running(portal.settings(database_url, esia_trusted_files=both)) as app:
        Provider().serve(app)
        client = portal.browser(app)
        assert (await come_back(client, await go_to_esia(client))).status_code == 303


async def test_whose_tokens_are_believed_is_a_setting(database_url: str) -> None:
    test_stand = "http://esia-portal1.test.gosuslugi.ru/"
    async with portal.running(portal.settings(database_url, esia_issuer=test_stand)) as app:
        provider = Provider(access={"iss": test_stand}, identity={"iss": test_stand})
        provider.codes.add("another-code")
        provider.serve(app)
        client = portal.browser(app)
        assert (await come_back(client, await go_to_esia(client))).status_code == 303
        provider.access = {}  # of http://esia.gosuslugi.ru/
        answer = await come_back(client, await go_to_esia(client), "another-code")
        assert answer.status_code == 400


async def test_a_code_used_already_is_refused(provider: Provider, maria: httpx.AsyncClient) -> None:
    provider.codes.clear()
    answer = await come_back(maria, await go_to_esia(maria))
    assert answer.status_code == 400
    assert "Начните сначала" in answer.text


@pytest.mark.parametrize(
    "spoiled",
    [
        {"identity": {"urn:esia:sbj": {"urn:esia:sbj:oid": OID}}},
        {"identity": {"urn:esia:sbj": SUBJECT | {"urn:esia:sbj:is_tru": "true"}}},
        {"person": MARIA_IN_ESIA | {"trusted": False}},
        {"person": {key: it for key, it in MARIA_IN_ESIA.items() if key != "trusted"}},
    ],
)
async def test_an_unconfirmed_account_is_told_what_to_do(
    provider: Provider, maria: httpx.AsyncClient, spoiled: dict[str, Any]
) -> None:
    for name, part in spoiled.items():
        setattr(provider, name, part)
    answer = await come_back(maria, await go_to_esia(maria))
    assert answer.status_code == 403
    assert "Подтвердите учётную запись" in answer.text
    assert "registratura_session" not in maria.cookies


DOWN: list[httpx.Response | Exception] = [
    httpx.ConnectError("refused"),
    httpx.ReadTimeout("slow"),
    httpx.RemoteProtocolError("half an answer"),
    httpx.Response(502, text="<html>Bad gateway</html>"),
    httpx.Response(503, json={"error": "temporarily_unavailable"}),
]


@pytest.mark.parametrize("fault", DOWN, ids=str)
async def test_esia_that_does_not_answer_is_said_so(
    provider: Provider, maria: httpx.AsyncClient, fault: httpx.Response | Exception
) -> None:
    provider.instead = fault
    answer = await come_back(maria, await go_to_esia(maria, "/clinics"))
    assert answer.status_code == 503
    assert "ЕСИА сейчас не отвечает" in answer.text
    assert 'href="/signin/esia?next=%2Fclinics">Попробовать ещё раз' in answer.text


STRANGE = [
    httpx.Response(200, text="<html>hello</html>"),
    httpx.Response(200, json=[1, 2]),
    httpx.Response(200, content=b"{", headers={"content-type": "application/json"}),
    httpx.Response(302, headers={"location": "http://evil.example/"}),
    httpx.Response(401, json={"code": "ESIA-005011", "message": "invalidToken"}),
]


@pytest.mark.parametrize("strange", STRANGE, ids=str)
async def test_an_answer_that_is_none_lets_nobody_in(
    provider: Provider, maria: httpx.AsyncClient, strange: httpx.Response
) -> None:
    provider.instead = strange
    assert (await come_back(maria, await go_to_esia(maria))).status_code == 400


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("ESIA-007004: declined", 400, "Вы не разрешили передать данные"),
        ("ESIA-007055: not confirmed", 403, "Подтвердите учётную запись"),
        ("ESIA-007008: overload", 503, "ЕСИА сейчас не отвечает"),
        ("ESIA-007053: OAuthErrorEnum.clientSecretWrong", 400, "Вход не завершён"),
        ("<script>alert(1)</script>", 400, "Вход не завершён"),
    ],
)
async def test_a_refusal_that_esia_sends_back_has_its_page(
    maria: httpx.AsyncClient, code: str, status: int, words: str
) -> None:
    asked = await go_to_esia(maria)
    answer = await portal.come_back(
        maria, {"error": "access_denied", "error_description": code, "state": asked["state"]}
    )
    assert answer.status_code == status
    assert words in answer.text
    assert "<script>alert" not in answer.text
