"""From where a request comes: the TCP peer, or what a proxy that we trust tells of it.

A header that anybody can write is believed only when the peer is one of `TRUSTED_PROXIES`.
"""

from ipaddress import ip_address

from registratura.setting_callers import Address
from registratura.web.requests import AnyConnection, settings_of


def address_of(connection: AnyConnection) -> Address | None:
    """The caller's address; None where the server tells no peer.

    Of `X-Forwarded-For` the last address that is not one of our proxies: each of them appends the
    peer it saw, and what stands before that may be forged.
    """
    peer = _peer_of(connection)
    told = ",".join(connection.headers.getall("x-forwarded-for", []))
    found = peer
    for text in reversed(told.split(",") if told else []):
        if found is None or not _is_trusted(connection, found):
            break
        further = _read(text)
        if further is None:
            break
        found = further
    return found


def find_proxied_header(connection: AnyConnection, name: str) -> str | None:
    """A header that only a trusted proxy may set; from anybody else it does not exist."""
    peer = _peer_of(connection)
    if peer is None or not _is_trusted(connection, peer):
        return None
    return connection.headers.get(name) or None


def _peer_of(connection: AnyConnection) -> Address | None:
    return _read(connection.client.host) if connection.client else None


def _is_trusted(connection: AnyConnection, address: Address) -> bool:
    return address in settings_of(connection).trusted_proxies


def _read(text: str) -> Address | None:
    """An address, without a port; IPv4 written as IPv6 is IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
