"""Calls that no honest application sends: each is refused, and nobody else is kept waiting."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from litestar.types import HTTPReceiveMessage, Message

from registratura.db import Connection
from registratura.people import tokens
from registratura.web.lending import Lender
from tests.api.conftest import API, Application
from tests.api.test_writing import code_of
from tests.given import region


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[" * 100_000,
        b'{"patient":' * 20_000,
        b'{"patient":"\xff\xfe"}',
        b'{"patient":"\\ud800"}',
        b'{"patient":"\\u0000"}',
        b'{"patient":' + b"9" * 10_000 + b"}",
        b'\xef\xbb\xbf{"patient":""}',
    ],
    ids=range(9),
)
async def test_a_body_of_nonsense_is_the_callers_fault(robot: Application, body: bytes) -> None:
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    answer = await robot.client.post(f"{API}/appointments", content=body, headers=headers)
    assert code_of(answer) == (400, "bad_request")


@pytest.mark.parametrize(
    ("sent", "hints"),
    [
        (b"", {"body": "нужен объект JSON"}),
        (b"[]", {"body": "нужен объект JSON"}),
        (b"{x", {"body": "это не JSON"}),
        (b'{"patient":"\xff"}', {"body": "это не JSON"}),
        (b"{}", {"slot": "нужно это поле"}),
        (b'{"slot":7}', {"slot": "нужен UUID"}),
        (b'{"slot":"00000000-0000-0000-0000-000000000001","day":1}', {"day": "такого поля нет"}),
    ],
    ids=range(7),
)
async def test_what_is_wrong_with_a_body_is_said(
    robot: Application, sent: bytes, hints: dict[str, str]
) -> None:
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    where = f"{API}/appointments/{uuid4()}/move"
    answer = await robot.client.post(where, content=sent, headers=headers)
    assert code_of(answer) == (400, "bad_request")
    assert answer.json()["parameters"] == hints


@pytest.mark.parametrize(
    ("query", "hints"),
    [
        ({"day": "завтра"}, {"day": "нужен день: 2026-12-08"}),
        ({"limit": 0}, {"limit": "нужно целое число не меньше 1"}),
        ({"limit": 201}, {"limit": "нужно целое число не больше 200"}),
        ({"limit": "x"}, {"limit": "нужно целое число"}),
        ({"cursor": "x" * 201}, {"cursor": "знаков не больше 200"}),
        ({"cursor": "____"}, {"cursor": "нужно значение next прошлой страницы"}),
    ],
    ids=range(6),
)
async def test_what_is_wrong_with_a_query_is_said(
    robot: Application, db: Connection, query: dict[str, object], hints: dict[str, str]
) -> None:
    answer = await robot.get(f"/doctors/{await region.post(db, 'ent')}/times", **query)
    assert code_of(answer) == (400, "bad_request")
    assert answer.json()["parameters"] == hints


async def test_whose_referrals_must_be_said(robot: Application) -> None:
    answer = await robot.get("/referrals")
    assert code_of(answer) == (400, "bad_request")
    assert answer.json()["parameters"] == {"patient": "нужен этот параметр"}
    stranger = await robot.get("/referrals", patient=uuid4())
    assert code_of(stranger) == (404, "not_your_patient")
    assert "пациента" in stranger.json()["detail"]


async def test_bodies_that_never_end_keep_no_connection_from_others(
    app: Litestar, robot: Application
) -> None:
    lender: Lender = app.state.lender
    coming, all_begun, enough = lender.pool.max_size, asyncio.Event(), asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        nonlocal coming
        coming -= 1
        if not coming:
            all_begun.set()
        yield b"{"
        await enough.wait()

    async def send_slowly() -> None:
        headers = {"Idempotency-Key": str(uuid4())}
        answer = await robot.client.post(f"{API}/holds", content=endless(), headers=headers)
        assert answer.status_code == 400

    slow = [asyncio.create_task(send_slowly()) for _ in range(coming)]
    await all_begun.wait()
    assert (await robot.get("/patients")).status_code == 200
    assert (await robot.write("/holds", {"patient": robot.petr})).status_code == 400
    enough.set()
    await asyncio.gather(*slow)


async def test_a_call_whose_token_was_closed_before_it_was_whole_is_nobodys(
    robot: Application, db: Connection
) -> None:
    begun, closed = asyncio.Event(), asyncio.Event()
    wanted = {"patient": str(robot.petr), "slot": str(await region.free_slot(db, "ent"))}
    body = json.dumps(wanted).encode()

    async def slow() -> AsyncIterator[bytes]:
        yield body[:9]
        begun.set()
        await closed.wait()
        yield body[9:]

    headers = {"Idempotency-Key": str(uuid4())}
    call = robot.client.post(f"{API}/appointments", content=slow(), headers=headers)
    calling = asyncio.create_task(call)
    await begun.wait()
    await tokens.revoke_all(db, robot.owner.id, now=datetime.now(UTC))
    closed.set()
    assert code_of(await calling) == (401, "not_known")


@pytest.mark.parametrize("path", [f"{API}/appointments", "/appointments"])
async def test_who_leaves_before_he_has_said_all_is_no_fault_of_ours(
    app: Litestar, robot: Application, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    told: list[Message] = []

    async def receive() -> HTTPReceiveMessage:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        told.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [
            (b"authorization", f"Bearer {robot.token}".encode()),
            (b"content-type", b"application/x-www-form-urlencoded"),
        ],
        "state": {},
        "http_version": "1.1",
        "scheme": "http",
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 1),
        "extensions": {},
    }
    await app(scope, receive, send)  # type: ignore[arg-type]  # two typings of ASGI
    assert told[0]["status"] == 400  # type: ignore[typeddict-item]  # it is a start
    assert "fault" not in capsys.readouterr().out
