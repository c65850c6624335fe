"""Public answers that are kept: for whom, how long, and how old they say they are."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, Response, get
from litestar.types import Message

from registratura.web import kept as keeping
from registratura.web.borrowing import errand_of
from registratura.web.kept import Kept
from registratura.web.lending import Errand


class _Counter:
    def __init__(self) -> None:
        self.number = 0
        self.control = "public, max-age=5"
        self.cookie = False
        self.size = 0
        self.same = False
        self.turned_away = False
        self.errands: list[Errand] = []


@pytest.fixture
def counter() -> _Counter:
    return _Counter()


@pytest.fixture
def kept(counter: _Counter) -> Kept:
    """Around an application that answers each call with another number."""

    @get("/number")
    async def number(request: Request[Any, Any, Any]) -> Response[Any]:
        counter.number += 1
        counter.errands.append(errand_of(request.scope))
        told = 1 if counter.same else counter.number
        await asyncio.sleep(0.01)
        headers = {"Cache-Control": counter.control, "ETag": f'W/"{told}"'}
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(None, status_code=304, headers=headers)
        answer = Response(str(told).ljust(counter.size), headers=headers)
        if counter.turned_away:
            return Response("too many", status_code=503)
        if counter.cookie:
            answer.set_cookie("a", "b")
        return answer

    return Kept(Litestar([number]))


@pytest.fixture
async def client(kept: Kept) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(kept), base_url="http://x") as it:  # type: ignore[arg-type]  # two typings of ASGI
        yield it


async def test_a_public_answer_is_given_again_and_tells_its_age(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 100.0
    monkeypatch.setattr(keeping, "ticks", lambda: moment)
    first = await client.get("/number")
    moment = 103.9
    again = await client.get("/number")
    assert (first.text, again.text) == ("1", "1")
    assert again.headers["age"] == "3"
    assert "age" not in first.headers
    moment = 105.0
    assert (await client.get("/number")).text == "2"


async def test_what_many_want_is_asked_anew_after_a_quarter_of_a_second_and_first(
    client: httpx.AsyncClient, counter: _Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 100.0
    monkeypatch.setattr(keeping, "ticks", lambda: moment)
    for _ in range(10):
        await client.get("/number")
    moment = 100.25
    assert (await client.get("/number")).text == "1"  # given for the tenth time
    assert (await client.get("/number")).text == "2"
    moment = 100.5
    assert (await client.get("/number")).text == "2"
    assert counter.errands == [Errand.READ, Errand.READ_FOR_MANY]


@pytest.mark.parametrize("header", ["Cookie", "Authorization"])
async def test_who_may_have_written_gets_a_fresh_one(
    client: httpx.AsyncClient, header: str
) -> None:
    await client.get("/number")
    assert (await client.get("/number", headers={header: "a=b"})).text == "2"
    assert (await client.get("/number")).text == "1"


@pytest.mark.parametrize("control", ["public, no-cache", "max-age=5", "no-store", "private"])
async def test_what_does_not_say_that_it_is_public_is_not_kept(
    client: httpx.AsyncClient, counter: _Counter, control: str
) -> None:
    counter.control = control
    await client.get("/number")
    assert (await client.get("/number")).text == "2"


async def test_an_answer_with_a_cookie_is_not_kept(
    client: httpx.AsyncClient, counter: _Counter
) -> None:
    counter.cookie = True
    await client.get("/number")
    client.cookies.clear()
    assert (await client.get("/number")).text == "2"


async def test_another_question_has_another_answer(client: httpx.AsyncClient) -> None:
    await client.get("/number")
    assert (await client.get("/number?limit=3")).text == "2"


async def test_who_has_it_already_is_told_that_it_is_the_same(client: httpx.AsyncClient) -> None:
    tag = (await client.get("/number")).headers["etag"]
    same = await client.get("/number", headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    anything = await client.get("/number", headers={"If-None-Match": "*"})
    assert anything.status_code == 304
    assert (await client.get("/number", headers={"If-None-Match": '"x"'})).status_code == 200


async def test_of_many_who_want_a_new_one_one_asks(
    client: httpx.AsyncClient, counter: _Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 100.0
    monkeypatch.setattr(keeping, "ticks", lambda: moment)
    await client.get("/number")
    moment = 200.0
    answers = await asyncio.gather(*(client.get("/number") for _ in range(20)))
    assert {it.text for it in answers} == {"2"}
    assert counter.number == 2


async def test_of_many_who_come_first_one_asks(
    client: httpx.AsyncClient, counter: _Counter
) -> None:
    answers = await asyncio.gather(*(client.get("/number") for _ in range(20)))
    assert {it.text for it in answers} == {"1"}
    assert counter.number == 1


async def test_what_is_not_kept_is_waited_for_once(
    client: httpx.AsyncClient, counter: _Counter
) -> None:
    counter.control = "no-store"
    for expected in (range(1, 21), range(21, 41)):
        answers = await asyncio.gather(*(client.get("/number") for _ in range(20)))
        assert sorted(int(it.text) for it in answers) == list(expected)


async def test_while_one_asks_others_have_what_is_still_allowed(
    client: httpx.AsyncClient, counter: _Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 100.0
    monkeypatch.setattr(keeping, "ticks", lambda: moment)
    for _ in range(21):
        await client.get("/number")
    moment = 103.5
    answers = await asyncio.gather(*(client.get("/number") for _ in range(20)))
    assert sorted(it.text for it in answers) == [*["1"] * 19, "2"]
    assert {it.headers.get("age") for it in answers if it.text == "1"} == {"3"}
    assert counter.number == 2


async def test_who_would_be_turned_away_has_an_older_one_for_a_while(
    client: httpx.AsyncClient, counter: _Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter.control = "public, max-age=5, stale-if-error=10"
    moment = 100.0
    monkeypatch.setattr(keeping, "ticks", lambda: moment)
    await client.get("/number")
    counter.turned_away = True
    moment = 114.9
    answers = await asyncio.gather(*(client.get("/number") for _ in range(20)))
    assert {(it.status_code, it.text, it.headers["age"]) for it in answers} == {(200, "1", "14")}
    assert counter.number == 2  # one asked, and nobody asks again at once
    moment = 115.4
    assert (await client.get("/number")).status_code == 503
    counter.turned_away = False
    assert (await client.get("/number")).text == "4"


async def test_who_would_be_turned_away_has_no_older_one_that_does_not_say_so(
    client: httpx.AsyncClient, counter: _Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 100.0
    monkeypatch.setattr(keeping, "ticks", lambda: moment)
    await client.get("/number")
    counter.turned_away = True
    moment = 105.0
    assert (await client.get("/number")).status_code == 503


async def test_who_names_two_encodings_decides_for_nobody_else(client: httpx.AsyncClient) -> None:
    """Which of the two an application would believe is its own affair."""
    twice = [("Accept-Encoding", "gzip"), ("Accept-Encoding", "identity")]
    del client.headers["Accept-Encoding"]
    await client.get("/number", headers=twice)
    assert (await client.get("/number")).text == "2"
    assert (await client.get("/number", headers=twice)).text == "3"


async def test_nobody_waits_for_the_reader_of_a_slow_line(
    client: httpx.AsyncClient, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 100.0
    monkeypatch.setattr(keeping, "ticks", lambda: moment)
    asked = (await client.get("/number")).request
    moment = 200.0
    blocked = asyncio.Event()

    async def send(_: Message) -> None:
        blocked.set()
        await asyncio.Event().wait()

    scope: Any = {
        "type": "http",
        "method": "GET",
        "path": "/number",
        "raw_path": b"/number",
        "query_string": b"",
        "headers": [(name.lower(), text) for name, text in asked.headers.raw],
        "state": {},
    }
    slow = asyncio.create_task(kept(scope, asyncio.Event().wait, send))  # type: ignore[arg-type]  # nothing comes
    await blocked.wait()
    async with asyncio.timeout(5):
        assert (await client.get("/number")).text == "2"
    slow.cancel()


async def test_many_large_answers_are_not_all_kept(
    client: httpx.AsyncClient, counter: _Counter
) -> None:
    counter.size = 2**20
    for it in range(17):
        await client.get(f"/number?{it}")
    assert (await client.get("/number?16")).text.strip() == "17"
    assert (await client.get("/number?0")).text.strip() == "18"


async def test_what_is_found_to_be_the_same_is_kept_on(
    client: httpx.AsyncClient, counter: _Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter.same = True
    moment = 100.0
    monkeypatch.setattr(keeping, "ticks", lambda: moment)
    tag = {"If-None-Match": (await client.get("/number")).headers["etag"]}
    moment = 200.0
    askers = [client.get("/number", headers=tag) for _ in range(20)]
    assert {it.status_code for it in await asyncio.gather(*askers)} == {304}
    again = await client.get("/number")
    assert (again.status_code, again.text, again.headers["age"]) == (200, "1", "0")
    assert counter.number == 2
