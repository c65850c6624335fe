"""Settings of who may call the federal gateway and whose word about a caller is taken: readers
and what a production start demands of them."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_network

Address = IPv4Address | IPv6Address


class Networks:
    """Some addresses and networks; an address is in them or not. Immutable."""

    def __init__(self, *given: str) -> None:
        """Raises `ValueError` for what is neither an address nor a network."""
        self._networks = tuple(map(ip_network, given))

    def __contains__(self, address: Address) -> bool:
        return any(address in network for network in self._networks)

    def __bool__(self) -> bool:
        return bool(self._networks)

    def __repr__(self) -> str:
        return " ".join(map(str, self._networks))

    @property
    def hold_this_machine(self) -> bool:
        """Whether somebody on this very machine is among them."""
        return any(
            isinstance(one, IPv4Network) == isinstance(own, IPv4Network) and one.overlaps(own)
            for one in self._networks
            for own in map(ip_network, _THIS_MACHINE)
        )


_THIS_MACHINE = ("127.0.0.0/8", "::1/128")
NOBODY = Networks()
LOOPBACK = Networks(*_THIS_MACHINE)
SHORTEST_PASSWORD = 16


def networks(given: str) -> Networks:
    """Addresses and networks between blanks or commas."""
    try:
        return Networks(*given.replace(",", " ").split())
    except ValueError:
        raise ValueError("адреса или сети через пробел, нечто вида 10.0.0.0/8") from None


def basic(given: str) -> str:
    """A name and a password, as HTTP Basic joins them."""
    name, colon, password = given.partition(":")
    if not (name and colon and len(password) >= SHORTEST_PASSWORD and given.isprintable()):
        raise ValueError(f"нечто вида имя:пароль, в пароле от {SHORTEST_PASSWORD} знаков")
    return given


def digests(given: str) -> frozenset[str]:
    """SHA-256 digests of certificates, with or without colons."""
    found = given.lower().replace(":", "").replace(",", " ").split()
    if not all(re.fullmatch("[0-9a-f]{64}", one) for one in found):
        raise ValueError("отпечатки SHA-256 через пробел, в каждом 64 знака")
    return frozenset(found)
