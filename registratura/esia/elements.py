"""What an answer only points at: collections and elements fetched one by one, within bounds."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from registratura.esia.answer import MOST_CHILDREN, Json, read_id
from registratura.esia.faults import EsiaDown, EsiaRefused
from registratura.esia.line import Line

# Name in the person's JSON → name in the path.
COLLECTIONS = {"contacts": "ctts", "addresses": "addrs", "documents": "docs", "kids": "kids"}
MOST_REQUESTS = 60  # of one sign-in, beside the person's own
LONGEST = 15.0  # seconds for all of them
_ELEMENTS = {"embed": "(elements)"}
_CHILD_ID = re.compile(r"[A-Za-z0-9-]{1,40}")


class Reader:
    """Reads what belongs to one person, with his token."""

    def __init__(self, line: Line, access_token: str, oid: int) -> None:
        self._line = line
        self._token = access_token
        self._home = f"/rs/prns/{oid}"
        self._left = MOST_REQUESTS

    async def complete(self, person: Json) -> dict[str, Any]:
        """`person` with every collection and the children's documents in place.

        What is not told (no scope, nothing there) is left out. Refuses with `EsiaDown` where ЕСИА
        stops answering or it takes longer than `LONGEST`.
        """
        try:
            async with asyncio.timeout(LONGEST):
                return await self._complete(person)
        except TimeoutError:
            raise EsiaDown("the profile takes too long") from None

    async def _complete(self, person: Json) -> dict[str, Any]:
        whole = dict(person)
        # Where one collection was embedded, those that are missing were not permitted.
        embeds = any(name in person for name in COLLECTIONS)
        for name, path in COLLECTIONS.items():
            told = person.get(name) if embeds else await self._find(f"{self._home}/{path}")
            whole[name] = {"elements": await self._elements(told)}
        for kid in whole["kids"]["elements"][:MOST_CHILDREN]:
            kid["documents"] = {"elements": await self._elements(await self._documents(kid))}
        return whole

    async def _documents(self, kid: Json) -> object:
        """A child's documents, asked for where they were not embedded."""
        id = read_id(kid)
        if "documents" in kid or not _CHILD_ID.fullmatch(id):
            return kid.get("documents")
        return await self._find(f"{self._home}/kids/{id}/docs")

    async def _elements(self, collection: object) -> list[dict[str, Any]]:
        held = collection.get("elements") if isinstance(collection, Mapping) else None
        found = []
        for element in held if isinstance(held, list) else []:
            path = self._path_of(element)
            told = element if path is None else await self._find(path)
            if isinstance(told, dict):
                found.append(dict(told))
        return found

    def _path_of(self, element: object) -> str | None:
        """The path of an absolute address at ЕСИА's own host, of this very person; None for
        anything else: nobody but ЕСИА is asked, whatever it says (ASVS 5.0, 1.3.6)."""
        if not isinstance(element, str):
            return None
        try:
            parts = urlsplit(element)
            host = parts.hostname
        except ValueError:
            return None
        if host is None or host != urlsplit(self._line.url).hostname or parts.query:
            return None
        # Scheme and port are ours: only the path is taken over.
        its_own = rf"{re.escape(self._home)}(/+[A-Za-z0-9_-]+)+/?"
        return parts.path if re.fullmatch(its_own, parts.path) else None

    async def _find(self, path: str) -> object:
        """What lies there; None where it is refused or the requests are used up."""
        if self._left <= 0:
            return None
        self._left -= 1
        try:
            return await self._line.get(path, self._token, _ELEMENTS)
        except EsiaRefused:
            return None
