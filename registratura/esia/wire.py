"""Asking a provider over HTTP: bounded in time and size, behind the circuit, JSON or a refusal."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from registratura.circuit import Circuit, CircuitOpen
from registratura.esia.faults import EsiaDown, EsiaRefused
from registratura_ground.authorities import authorities

# Connecting is quick or hopeless; an answer may take as long as a person at a form will wait.
_TIMES = httpx.Timeout(8.0, connect=3.0)
LONGEST = 10.0  # seconds for a whole answer: one that trickles never meets the limits above
LARGEST = 1024 * 1024  # bytes of an answer, unpacked


@dataclass(frozen=True, kw_only=True)
class Wire:
    """One HTTP client and the circuit that every request of it goes through."""

    http: httpx.AsyncClient
    circuit: Circuit = field(default_factory=Circuit)

    def check_up(self) -> None:
        """Refuses with `EsiaDown` while the circuit is open; asks nothing itself."""
        try:
            self.circuit.check()
        except CircuitOpen as fault:
            raise EsiaDown(str(fault)) from None

    async def ask(self, method: str, url: str, **options: Any) -> Any:
        """JSON of an answer with status 200. Refuses with `EsiaDown` or `EsiaRefused`."""
        try:
            self.circuit.enter()
            async with asyncio.timeout(LONGEST):
                answer, body = await self._read(method, url, **options)
        except CircuitOpen as fault:
            raise EsiaDown(str(fault)) from None
        except (httpx.HTTPError, TimeoutError) as fault:
            self.circuit.fail()
            raise EsiaDown(type(fault).__name__) from None
        if answer.status_code >= 500:
            self.circuit.fail()
            raise EsiaDown(f"status {answer.status_code}")
        self.circuit.succeed()
        return _believe(answer, body)

    async def _read(self, method: str, url: str, **options: Any) -> tuple[httpx.Response, bytes]:
        body = bytearray()
        async with self.http.stream(method, url, **options) as answer:
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > LARGEST:
                    self.circuit.succeed()
                    raise EsiaRefused("too long an answer")
        return answer, bytes(body)


def open_http() -> httpx.AsyncClient:
    """A client that follows no redirect, asks no proxy, and tries once more only where no
    connection came about: what was sent is never sent again."""
    return httpx.AsyncClient(
        timeout=_TIMES,
        transport=httpx.AsyncHTTPTransport(verify=authorities(trust_env=True), retries=1),
        trust_env=False,
        follow_redirects=False,
    )


def _believe(answer: httpx.Response, body: bytes) -> Any:
    told = _json(answer, body)
    if answer.status_code != 200:
        raise EsiaRefused(_code(told) or f"status {answer.status_code}")
    if told is None:
        raise EsiaRefused("not JSON")
    return told


def _json(answer: httpx.Response, body: bytes) -> Any:
    if "json" not in answer.headers.get("content-type", ""):
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _code(body: Any) -> str | None:
    """The code that begins an error's description: `ESIA-007011`; else the error's name."""
    if not isinstance(body, dict):
        return None
    described = str(body.get("error_description") or "")
    text = described if described.startswith("ESIA-") else ""
    text = text or str(body.get("code") or body.get("error") or described)
    return text.partition(":")[0].strip()[:40] or None
