"""A gateway of OpenID Connect in ЕСИА's place: what is asked of it, and what is believed."""

import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import pytest_asyncio
from joserfc.jwk import ECKey, RSAKey

from registratura.esia import Answer, Declined, EsiaDown, EsiaFault, EsiaRefused, NotConfirmed, Oidc
from registratura.esia.attempts import Attempt, make_attempt
from registratura.esia.oidc_discovery import KEYS_AGAIN, KEYS_LAST
from registratura.esia.wire import open_http
from tests.given.openid import ID, Gateway, gateway, make_key

ESIA = "http://esia.gosuslugi.ru/"
pytestmark = pytest.mark.asyncio(loop_scope="module")
OUR_KEY = RSAKey.generate_key(2048)
_HTTP = open_http()


@dataclass
class Walk:
    """Our client, the gateway, and the browser between them."""

    client: Oidc
    gateway: Gateway

    async def go(self, attempt: Attempt) -> dict[str, str]:
        """What the browser brings back from the gateway."""
        address = await self.client.start(attempt, now=datetime.now(UTC))
        answer = await self.client.http.get(address)
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    async def sign_in(self) -> Answer:
        """From the link to the person."""
        attempt = make_attempt("/")
        back = await self.go(attempt)
        assert back["state"] == attempt.state
        return await self.client.finish(back, attempt, now=datetime.now(UTC))


def client_of(issuer: str, **changes: Any) -> Oidc:
    made = Oidc(
        issuer=issuer,
        namespace=ESIA,
        client_id=ID,
        redirect_uri="http://127.0.0.1:8000/signin/done",
        home="http://127.0.0.1:8000",
        key=OUR_KEY,
        http=_HTTP,
    )
    return replace(made, **changes)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def listening() -> AsyncIterator[Gateway]:
    async with gateway(OUR_KEY) as made:
        yield made
        await _HTTP.aclose()


@pytest_asyncio.fixture(loop_scope="module")
async def walk(listening: Gateway) -> Walk:
    listening.forget()
    listening.client_key = OUR_KEY
    return Walk(client_of(listening.issuer), listening)


async def test_maria_is_read_as_esia_would_tell_of_her(walk: Walk) -> None:
    profile = (await walk.sign_in()).profile
    assert (profile.issuer, profile.oid) == (ESIA, 1000299654)
    assert (profile.last_name, profile.first_name) == ("Иванова", "Мария")
    assert (profile.birth_date, profile.sex) == (date(1988, 6, 25), "F")
    assert profile.snils == "11223344595"
    assert (profile.email, profile.phone) == ("maria@example.org", "+79000000001")
    assert profile.address == "249030, г. Обнинск, ул. Ленина, д. 1"


async def test_document_and_keys_are_asked_once_for_many_sign_ins(walk: Walk) -> None:
    for _ in range(3):
        await walk.sign_in()
    assert walk.gateway.asked == ["document", "keys"]
    assert len(walk.gateway.assertions) == 3


async def test_a_key_of_elliptic_curves_signs_for_us_too() -> None:
    key = ECKey.generate_key("P-256")
    async with gateway(key) as made:  # type: ignore[arg-type]
        assert (await Walk(client_of(made.issuer, key=key), made).sign_in()).profile.oid


async def test_new_keys_of_the_gateway_are_noticed(walk: Walk) -> None:
    seconds = [100.0]
    walk.client = replace(walk.client, clock=lambda: seconds[0])
    for kid in ("first", "second", "second"):  # another name; then another key of that name
        walk.gateway.key = make_key(kid)
        assert (await walk.sign_in()).profile.oid == 1000299654
        seconds[0] += KEYS_AGAIN
    walk.gateway.key = make_key("third")
    await walk.sign_in()
    for _ in range(3):  # nor does a flood of wrong tokens become a flood of questions
        by_an_unknown_key(walk.gateway)
        with pytest.raises(EsiaRefused):
            await walk.sign_in()
    assert walk.gateway.asked.count("keys") == 4


async def test_a_withdrawn_key_is_believed_no_longer(walk: Walk) -> None:
    seconds = [100.0]
    walk.client = replace(walk.client, clock=lambda: seconds[0])
    await walk.sign_in()
    walk.gateway.listed = [make_key("second")]
    seconds[0] += KEYS_LAST
    with pytest.raises(EsiaRefused):
        await walk.sign_in()


def set_to(**fields: Any) -> Callable[[Gateway], None]:
    def spoil(made: Gateway) -> None:
        for name, value in fields.items():
            setattr(made, name, value)

    return spoil


def by_another_key(made: Gateway) -> None:
    made.listed = [made.key]
    made.key = make_key("first")


def by_an_unknown_key(made: Gateway) -> None:
    made.listed = [made.key]
    made.key = make_key("of nobody")


HALF = base64.urlsafe_b64encode(hashlib.sha256(b"another").digest()[:16]).decode().rstrip("=")
SPOILED: list[tuple[str, str, Callable[[Gateway], None]]] = [
    ("alg none", "id token: ", set_to(algorithm="none")),
    ("HS256 with the public key", "id token: ", set_to(algorithm="HS256")),
    ("an algorithm of no list", "id token: ", set_to(algorithm="RS512")),
    ("another key of that name", "not signed by a published key", by_another_key),
    ("a key that is not published", "not signed by a published key", by_an_unknown_key),
    ("no keys", "publishes no keys", set_to(listed=[])),
    ("another issuer", "another issuer", set_to(claims={"iss": "http://evil.example"})),
    ("no issuer", "another issuer", set_to(claims={"iss": None})),
    ("another audience", "another client", set_to(claims={"aud": "registry-41"})),
    ("no audience", "another client", set_to(claims={"aud": None})),
    ("two audiences", "several clients", set_to(claims={"aud": [ID, "x"]})),
    ("another presenter", "several clients", set_to(claims={"azp": "x"})),
    ("another nonce", "another sign-in", set_to(claims={"nonce": "another"})),
    ("no nonce", "another sign-in", set_to(claims={"nonce": None})),
    ("expired", "has expired", set_to(claims={"exp": 1_700_000_000})),
    ("no expiry", "has expired", set_to(claims={"exp": None})),
    ("of the future", "not valid yet", set_to(claims={"iat": 4_000_000_000})),
    ("without its time", "without its time", set_to(claims={"iat": None})),
    ("no subject", "no person", set_to(claims={"sub": None})),
    ("another access token", "another access token", set_to(claims={"at_hash": HALF})),
    ("another person in userinfo", "another person", set_to(userinfo={"sub": "another"})),
    ("no number", "no number", set_to(userinfo={"oid": None})),
    ("a number that is a name", "no number", set_to(userinfo={"oid": "maria"})),
    ("no name", "no full identity", set_to(userinfo={"family_name": ""})),
    ("tokens of another kind", "another kind", set_to(answer={"token_type": "mac"})),
    ("no id token", "a token is missing", set_to(answer={"id_token": None})),
    ("another issuer's answer", "answer of another issuer", set_to(back={"iss": "http://e"})),
    (
        "an answer without its issuer",
        "answer of another issuer",
        set_to(document={"authorization_response_iss_parameter_supported": True}),
    ),
    ("a document of another", "document of another issuer", set_to(document={"issuer": "x"})),
    (
        "an endpoint inside the house",
        "elsewhere than at the issuer",
        set_to(document={"token_endpoint": "http://169.254.169.254/token"}),
    ),
    (
        "keys elsewhere",
        "elsewhere than at the issuer",
        set_to(document={"jwks_uri": "https://evil.example/jwks"}),
    ),
]


@pytest.mark.parametrize(
    ("reason", "spoil"), [case[1:] for case in SPOILED], ids=[case[0] for case in SPOILED]
)
async def test_a_spoiled_answer_of_a_gateway_lets_nobody_in(
    walk: Walk, reason: str, spoil: Callable[[Gateway], None]
) -> None:
    spoil(walk.gateway)
    with pytest.raises(EsiaRefused, match=reason):
        await walk.sign_in()


@pytest.mark.parametrize("trusted", [None, False, "false", 1, "yes"])
async def test_an_unconfirmed_account_of_a_gateway_is_refused(walk: Walk, trusted: object) -> None:
    walk.gateway.userinfo = {"trusted": trusted}
    with pytest.raises(NotConfirmed):
        await walk.sign_in()


async def test_a_stolen_code_cannot_be_put_into_another_sign_in(walk: Walk) -> None:
    hers, his = make_attempt("/"), make_attempt("/")
    stolen = await walk.go(hers)
    await walk.go(his)
    swapped = {"code": stolen["code"], "state": his.state}
    with pytest.raises(EsiaRefused, match="invalid_grant"):
        await walk.client.finish(swapped, his, now=datetime.now(UTC))


async def test_a_code_serves_once(walk: Walk) -> None:
    attempt = make_attempt("/")
    back = await walk.go(attempt)
    await walk.client.finish(back, attempt, now=datetime.now(UTC))
    with pytest.raises(EsiaRefused, match="invalid_grant"):
        await walk.client.finish(back, attempt, now=datetime.now(UTC))


async def test_a_code_serves_at_its_own_redirect_only(walk: Walk) -> None:
    attempt = make_attempt("/")
    back = await walk.go(attempt)
    elsewhere = replace(walk.client, redirect_uri="http://127.0.0.1:8000/elsewhere")
    with pytest.raises(EsiaRefused, match="invalid_grant"):
        await elsewhere.finish(back, attempt, now=datetime.now(UTC))


async def test_who_signs_with_another_key_is_not_us(walk: Walk) -> None:
    walk.gateway.client_key = make_key()
    with pytest.raises(EsiaRefused, match="invalid_client"):
        await walk.sign_in()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("access_denied", Declined),
        ("temporarily_unavailable", EsiaDown),
        ("server_error", EsiaDown),
        ("invalid_scope", EsiaRefused),
        ("", EsiaRefused),
    ],
)
async def test_an_error_that_comes_back_is_understood(
    walk: Walk, error: str, kind: type[EsiaFault]
) -> None:
    with pytest.raises(kind):
        await walk.client.finish({"error": error}, make_attempt("/"), now=datetime.now(UTC))


async def test_claims_may_be_called_otherwise(walk: Walk) -> None:
    names = {**walk.client.names, "oid": "urn:esia:oid", "trusted": "confirmed", "sex": "sex"}
    walk.client = replace(walk.client, names=names)
    walk.gateway.userinfo = {"urn:esia:oid": 77, "confirmed": "true", "sex": "F", "oid": 78}
    child = {"id": "1", "firstName": "Пётр", "lastName": "Иванов", "birthDate": "05.05.2018"}
    walk.gateway.userinfo |= {"kids": [child | {"gender": "M"}, 7]}
    answer = await walk.sign_in()
    assert answer.profile.oid == 77
    assert [it.first_name for it in answer.children] == ["Пётр"]
    assert not answer.children[0].verified


async def test_contacts_that_nobody_verified_are_left_out(walk: Walk) -> None:
    walk.gateway.userinfo = {"email_verified": False, "phone_number_verified": None}
    profile = (await walk.sign_in()).profile
    assert (profile.email, profile.phone) == (None, None)


async def test_sign_out_leads_to_the_gateway_and_back(walk: Walk) -> None:
    address = urlsplit(await walk.client.logout_url("/signin"))
    assert f"{address.scheme}://{address.netloc}{address.path}" == (
        f"{walk.gateway.issuer}/end_session"
    )
    assert dict(parse_qsl(address.query)) == {
        "client_id": ID,
        "post_logout_redirect_uri": "http://127.0.0.1:8000/signin",
    }
