"""PKCE: who asked with a challenge exchanges the code with its verifier, and nobody else."""

import base64
import hashlib

import httpx
import pytest

from tests.esia_standin.browser import Browser
from tests.esia_standin.portal import Portal, answered, exchange, get_code, refused

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
S256 = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


def test_the_example_is_that_of_the_standard() -> None:
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == CHALLENGE


async def test_the_verifier_opens_the_code_and_a_wrong_one_does_not_spend_it(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    code = await get_code(browser, portal, **S256)
    for verifier in ("", "short", VERIFIER[:-1] + "A", CHALLENGE, "я" * 43):
        fields = portal.token_request(code=code, code_verifier=verifier)
        answer = await exchange(backend, fields)
        assert answer.json()["error_description"].startswith("ESIA-007040")
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    right = portal.token_request(code=code, code_verifier=VERIFIER)
    assert (await exchange(backend, right)).status_code == 200
    assert await refused(backend, right) == "007011"


async def test_a_verifier_without_a_challenge_is_told_so(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal
) -> None:
    code = await get_code(browser, portal)
    answer = await exchange(backend, portal.token_request(code=code, code_verifier=VERIFIER))
    assert answer.json()["error_description"].startswith("ESIA-007039")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert (await exchange(backend, portal.token_request(code=code))).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "GOST3411"},
        {"code_challenge_method": ""},
        {"code_challenge": "short"},
        {"code_challenge": CHALLENGE + "a"},
    ],
)
async def test_another_method_or_no_challenge_at_all_goes_back_as_007003(
    browser: Browser, portal: Portal, changes: dict[str, str]
) -> None:
    back = answered(await browser.get(portal.ask_url(**{**S256, **changes})))
    assert (back["error"], back["error_description"][:11]) == ("invalid_request", "ESIA-007003")
