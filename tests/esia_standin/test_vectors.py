"""The stand-in against fixed vectors: what it takes as signed, and no other order."""

import hashlib
import ssl
from datetime import UTC, datetime, timedelta

import pytest

from registratura_standins.esia.asked import check_time
from registratura_standins.esia.clients import Certificate, Client, find_client, register
from registratura_standins.esia.database import Connection
from registratura_standins.esia.faults import Fault
from registratura_standins.esia.scopes import REGISTRY
from registratura_standins.esia.signatures import REFRESH_BY_TOKEN, V2, check_signature, version_of
from tests.esia_standin.vectors import CODE, FIELDS, REFRESH_TOKEN, STRINGS, SYSTEM_SCOPE, load
from tests.ground.openssl import needs_gost

in_both_modes = pytest.mark.parametrize("mode", ["rsa", pytest.param("gost", marks=needs_gost)])
# Within the dates of the certificates.
ASKED_AT = datetime(2026, 12, 1, tzinfo=UTC)
RIGHT = ("ac", "code", "credentials", "refresh by token")
WRONG = [name for name in STRINGS if name not in RIGHT]


async def enrolled(db: Connection, mode: str) -> Client:
    """The client of the vectors with the certificate of the vectors."""
    vectors = load(mode)
    client = Client("REG40", "Портал", "Запись", mode, ["http://127.0.0.1:8000"], list(REGISTRY))
    named = Certificate(vectors["certificate_hash"], vectors["certificate"])
    await register(db, client, [named])
    found = await find_client(db, "REG40")
    assert found
    return found


def asked(mode: str, signature: str, **more: str) -> dict[str, str]:
    """The request of the vectors with one of their signatures."""
    vectors = load(mode)
    return {
        **FIELDS,
        "client_certificate_hash": vectors["certificate_hash"],
        "client_secret": vectors["signatures"][signature],
        **more,
    }


@in_both_modes
async def test_the_fixed_requests_are_taken(esia_db: Connection, mode: str) -> None:
    client = await enrolled(esia_db, mode)
    assert version_of("/aas/oauth2/v2/ac") is version_of("/aas/oauth2/v3/te") is V2
    await check_signature(esia_db, client, asked(mode, "ac"), V2, V2.ac, ASKED_AT)
    await check_signature(esia_db, client, asked(mode, "ac"), V2, V2.refresh, ASKED_AT)
    await check_signature(esia_db, client, asked(mode, "code", code=CODE), V2, V2.code, ASKED_AT)
    system = asked(mode, "credentials", scope=SYSTEM_SCOPE)
    await check_signature(esia_db, client, system, V2, V2.credentials, ASKED_AT)
    bare = asked(mode, "refresh by token", refresh_token=REFRESH_TOKEN)
    del bare["client_certificate_hash"], bare["redirect_uri"]
    await check_signature(esia_db, client, bare, V2, REFRESH_BY_TOKEN, ASKED_AT)


@in_both_modes
@pytest.mark.parametrize("wrong", WRONG)
async def test_any_other_order_is_refused(esia_db: Connection, mode: str, wrong: str) -> None:
    client = await enrolled(esia_db, mode)
    request = asked(mode, wrong, code=CODE, refresh_token=REFRESH_TOKEN)
    for signed in (V2.ac, V2.code, V2.refresh, V2.credentials, REFRESH_BY_TOKEN):
        with pytest.raises(Fault, match="007053"):
            await check_signature(esia_db, client, request, V2, signed, ASKED_AT)


@in_both_modes
async def test_a_code_is_part_of_what_is_signed(esia_db: Connection, mode: str) -> None:
    client = await enrolled(esia_db, mode)
    with pytest.raises(Fault, match="007053"):
        await check_signature(esia_db, client, asked(mode, "ac", code=CODE), V2, V2.code, ASKED_AT)


def test_the_hash_is_over_the_certificate_itself() -> None:
    vectors = load("rsa")
    der = ssl.PEM_cert_to_DER_cert(vectors["certificate"])
    assert hashlib.sha256(der).hexdigest().upper() == vectors["certificate_hash"]


def test_the_timestamp_of_the_vectors_is_read_to_the_second() -> None:
    signed_at = datetime.fromisoformat("2026-11-24T10:00:00+00:00")
    for error in (timedelta(minutes=5), timedelta(minutes=-5)):
        check_time(dict(FIELDS), signed_at + error)
        with pytest.raises(Fault, match="007015"):
            check_time(dict(FIELDS), signed_at + error * 1.01)
