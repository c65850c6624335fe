"""The portal's client against the fixed vectors: what it signs, and which tokens it believes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from registratura.esia import Esia, EsiaRefused
from registratura.esia.attempts import make_attempt
from registratura.esia.authorise import Tokens, authorise_url, exchange
from registratura.esia.verify import LEEWAY, verify
from registratura_ground.signing import ALGORITHMS, Verifier, b64url, open_verifier, unb64url
from tests.esia_standin.vectors import CODE, FIELDS, ISSUED_AT, OID, STRINGS, load
from tests.ground.openssl import needs_gost
from tests.sign_on.lines import Pen, line_to

in_both_modes = pytest.mark.parametrize("mode", ["rsa", pytest.param("gost", marks=needs_gost)])
Answer = Callable[[httpx.Request], httpx.Response]
NOW = datetime.fromtimestamp(ISSUED_AT, UTC)


def refuse(_: httpx.Request) -> httpx.Response:
    """ЕСИА says no."""
    return httpx.Response(400, json={"error_description": "ESIA-007011: used"})


def client(signer: Pen, verifiers: tuple[Verifier, ...] = (), answer: Answer = refuse) -> Esia:
    """The client of the vectors."""
    return line_to(
        httpx.MockTransport(answer),
        redirect_uri=FIELDS["redirect_uri"],
        scope=FIELDS["scope"],
        signer=signer,
        verifiers=verifiers,
    )


async def test_the_request_of_authorisation_is_signed_as_the_sheet_says() -> None:
    attempt = replace(make_attempt("/"), state=FIELDS["state"])
    url = await authorise_url(client(Pen()), attempt, now=NOW)
    sent = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    assert unb64url(sent["client_secret"]).decode() == STRINGS["ac"]
    assert {name: sent[name] for name in FIELDS} == FIELDS
    wrong = {STRINGS[name] for name in STRINGS if name not in ("ac", "code")}
    assert unb64url(sent["client_secret"]).decode() not in wrong


async def test_the_exchange_is_signed_with_its_code_at_the_end() -> None:
    seen: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(dict(parse_qsl(request.content.decode(), keep_blank_values=True)))
        return refuse(request)

    with pytest.raises(EsiaRefused, match="ESIA-007011"):
        await exchange(client(Pen(), answer=answer), CODE, make_attempt("/"), now=NOW)
    (sent,) = seen
    expected = STRINGS["code"].replace(FIELDS["state"], sent["state"])
    assert unb64url(sent["client_secret"]).decode() == expected
    assert sent["state"] != FIELDS["state"]


@in_both_modes
async def test_the_fixed_tokens_are_believed_while_they_last(mode: str) -> None:
    esia, tokens = believer(mode), Tokens(**load(mode)["tokens"])
    for moment in (NOW, NOW - timedelta(seconds=LEEWAY), NOW + timedelta(hours=1)):
        identity = await verify(esia, tokens, now=moment)
        assert (identity.oid, identity.confirmed) == (OID, True)
    for moment in (
        NOW - timedelta(seconds=LEEWAY + 1),
        NOW + timedelta(hours=1, seconds=LEEWAY),
    ):
        with pytest.raises(EsiaRefused, match=r"not valid yet|has expired"):
            await verify(esia, tokens, now=moment)


@needs_gost
async def test_tokens_of_the_other_mode_are_not_believed() -> None:
    for mode, other in (("rsa", "gost"), ("gost", "rsa")):
        with pytest.raises(EsiaRefused, match="another algorithm"):
            await verify(believer(mode), Tokens(**load(other)["tokens"]), now=NOW)


@in_both_modes
async def test_a_token_signed_the_other_way_round_is_not_believed(mode: str) -> None:
    tokens = load(mode)["tokens"]
    head, body, signature = tokens["access"].split(".")
    mirrored = f"{head}.{body}.{b64url(unb64url(signature)[::-1])}"
    swapped = f"{head}.{body}.{tokens['id'].split('.')[2]}"
    for spoiled in (mirrored, swapped):
        with pytest.raises(EsiaRefused, match="not signed by a trusted key"):
            await verify(believer(mode), Tokens(access=spoiled, id=tokens["id"]), now=NOW)


def believer(mode: str) -> Esia:
    """A client of this mode that trusts the certificate of the vectors."""
    pen = Pen()
    pen.algorithm = ALGORITHMS["gost" if mode == "gost" else "rsa"]
    return client(pen, (open_verifier(mode, load(mode)["certificate"].encode()),))
