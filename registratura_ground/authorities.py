"""Whom an https address is believed by: read once in a process, not for each client of HTTP."""

import ssl
from functools import cache

import httpx


@cache
def authorities(*, trust_env: bool) -> ssl.SSLContext:
    """What httpx itself would make, of twenty milliseconds; `trust_env`: SSL_CERT_FILE counts."""
    return httpx.create_ssl_context(trust_env=trust_env)
