"""A line to an ЕСИА of the tests' own, without a portal around it."""

import httpx

from registratura.esia import Esia
from tests.given import portal


class Pen:
    """A signer whose signature is the text itself: what was signed can be read."""

    algorithm = "RS256"
    certificate_hash = "A" * 64

    async def sign(self, data: bytes) -> bytes:
        """The text."""
        return data


def line_to(transport: httpx.AsyncBaseTransport, **changes: object) -> Esia:
    """The client REG40 of whatever answers there."""
    fields: dict[str, object] = {
        "url": "http://127.0.0.1:8001",
        "issuer": "http://esia.gosuslugi.ru/",
        "mnemonic": "REG40",
        "redirect_uri": f"{portal.ADDRESS}/signin/done",
        "home": portal.ADDRESS,
        "signer": Pen(),
        "verifiers": (),
        "http": httpx.AsyncClient(transport=transport),
    }
    return Esia(**(fields | changes))  # type: ignore[arg-type]
