"""Who may call: by address, by name and password, by client certificate, as the settings say.

Each way that is set must be passed. Without any, nobody may.
"""

import base64
import binascii
import hashlib
import re
import secrets
from urllib.parse import unquote

from litestar.handlers.base import BaseRouteHandler

from registratura.federal.faults import NotAllowed, NotAuthenticated
from registratura.settings import Settings
from registratura.web.addresses import address_of, find_proxied_header
from registratura.web.requests import AnyConnection, settings_of

CERTIFICATE_HEADER = "x-client-certificate"
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")


async def may_call(connection: AnyConnection, _: BaseRouteHandler) -> None:
    """A guard. Refuses with `NotAllowed` or `NotAuthenticated`."""
    settings = settings_of(connection)
    ways = (settings.federal_callers, settings.federal_basic, settings.federal_certificates)
    if not any(ways):
        raise NotAllowed()
    _check_address(connection, settings)
    _check_certificate(connection, settings)
    _check_basic(connection, settings)


def _check_address(connection: AnyConnection, settings: Settings) -> None:
    if not settings.federal_callers:
        return
    address = address_of(connection)
    if address is None or address not in settings.federal_callers:
        raise NotAllowed()


def _check_certificate(connection: AnyConnection, settings: Settings) -> None:
    """The proxy has seen the caller prove that the certificate is his; we know its digest."""
    if not settings.federal_certificates:
        return
    told = find_proxied_header(connection, CERTIFICATE_HEADER)
    if told is None or fingerprint_of(told) not in settings.federal_certificates:
        raise NotAllowed()


def _check_basic(connection: AnyConnection, settings: Settings) -> None:
    if not settings.federal_basic:
        return
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    expected = base64.b64encode(settings.federal_basic.encode()).decode()
    same = secrets.compare_digest(given.strip().encode(), expected.encode())
    if scheme.lower() != "basic" or not same:
        raise NotAuthenticated()


def fingerprint_of(header: str) -> str | None:
    """SHA-256 of a certificate in PEM, percent-encoded or not (nginx: `$ssl_client_escaped_cert`);
    None for what is no certificate."""
    found = _PEM.search(unquote(header))
    if found is None:
        return None
    try:
        return hashlib.sha256(
            base64.b64decode("".join(found[1].split()), validate=True)
        ).hexdigest()
    except binascii.Error:
        return None
