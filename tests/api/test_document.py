"""The OpenAPI document, held against the running registry by an independent tester."""

import asyncio
import logging
import os
import re
import socket
import sys
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from litestar import Litestar

from registratura import refusal
from registratura.api import problems
from registratura.api.document import document
from registratura.api.problems import PREFIX
from registratura.db import Connection
from tests.api.conftest import Application
from tests.architecture.test_house import all_refusals
from tests.given import portal

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "unsupported_method",
    "missing_required_header",
    "ignored_auth",
)


async def examine(app: Litestar, token: str, folder: Path) -> tuple[int, str]:
    """What schemathesis says of the application, served on a socket."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="critical"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        asked = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"http://127.0.0.1:{listening.getsockname()[1]}{PREFIX}/openapi.json",
            *("--header", f"Authorization: Bearer {token}", "--checks", ",".join(CHECKS)),
            *("--phases", "examples,coverage", "--max-examples", "1", "--seed", "40"),
            *("--workers", "1", "--generation-deterministic", "--no-color", "--warnings", "off"),
            cwd=folder,
            env={**os.environ, "COLUMNS": "160"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await asked.communicate()
        server.should_exit = True
        await serving
    assert asked.returncode is not None
    return asked.returncode, told.decode()


async def test_every_answer_is_as_the_document_says(
    app: Litestar, robot: Application, db: Connection, tmp_path: Path
) -> None:
    status, told = await examine(app, robot.token, tmp_path)
    assert status == 0, told[-6000:]
    assert re.search(r"18 selected|18 .*tested|Operations:\s+18", told), told[-2000:]


async def test_the_document_and_its_page_are_open_and_need_no_script(app: Litestar) -> None:
    async with portal.browser(app) as client:
        document = await client.get(f"{PREFIX}/openapi.json")
        page = await client.get(PREFIX)
    assert document.json()["openapi"].startswith("3.1")
    assert document.json()["paths"].keys() > {f"{PREFIX}/appointments", f"{PREFIX}/holds"}
    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-cache"
    assert set(re.findall(r'<script src="/static/([a-z]+)\.[^"]*', page.text)) <= {"look"}
    assert page.text.count("<script") == 1  # the frame's own, on every page
    assert "<code>Idempotency-Key</code>" in page.text
    assert "`" not in page.text
    assert "&lt;code" not in page.text
    for call in re.findall(r'"operationId":"(\w+)"', document.text):
        assert f'id="call-{call}"' in page.text


def test_the_document_tells_headers_closed_bodies_and_what_was_done() -> None:
    told = document("any")
    for name in ("NewHold", "NewAppointment", "Move"):
        assert told["components"]["schemas"][name]["additionalProperties"] is False
    clinics = told["paths"][f"{PREFIX}/clinics"]["get"]["responses"]
    assert {"ETag", "RateLimit-Remaining"} <= clinics["200"]["headers"].keys()
    assert "Retry-After" in clinics["429"]["headers"]
    visits = told["paths"][f"{PREFIX}/appointments"]
    assert "ETag" not in visits["get"]["responses"]["200"]["headers"]
    assert visits["post"]["responses"]["201"]["description"].startswith("Сделано")
    [whose] = [it for it in visits["get"]["parameters"] if it["name"] == "patient"]
    assert whose["description"].startswith("Чьи записи")
    words = [it for call in _answers(told) for it in call.values()]
    assert [it["description"] for it in words if it["description"].isascii()] == []


def _answers(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [call["responses"] for path in told["paths"].values() for call in path.values()]


async def test_the_page_is_found_through_and_tells_nothing_twice(app: Litestar) -> None:
    async with portal.browser(app) as client:
        page = (await client.get(PREFIX)).text
    anchors = re.findall(r' id="([\w-]+)"', page)
    assert len(anchors) == len(set(anchors))
    assert {*re.findall(r'href="#([\w-]+)"', page)} <= {*anchors}
    for anchor in re.findall(r'id="(call-\w+|group-\d+)"', page):
        assert f'href="#{anchor}"' in page
    assert page.count("Слишком много обращений ко всем, или база не отвечает") == 1
    assert "/clinics<wbr>/{department}<wbr>/positions</code>" in page
    assert '<footer class="foot">' in page


def codes_that_are_answered() -> set[str]:
    """Of the API itself, of what the framework refuses, of whatever the engine behind raises."""
    source = Path(problems.__file__).read_text(encoding="utf-8")
    found = {*re.findall(r'problem\(request, \d+, "(\w+)"', source), *problems._CODES.values()}
    engine = Path(refusal.__file__).parent
    for name in ("appointments", "asking", "cancellation", "clashes", "doctors", "holds"):
        found |= raised(engine / "booking" / f"{name}.py")
    for name in ("keeping", "keys", "locks", "referrals", "rights", "rules", "slots", "visits"):
        found |= raised(engine / "booking" / f"{name}.py")
    found |= raised(engine / "directory/departments.py") | raised(engine / "people/patients.py")
    return found - {"referral_number_taken"}  # of a referral that the desk writes


def raised(path: Path) -> set[str]:
    names = re.findall(r"raise (?:refusals\.)?([A-Z]\w+)", path.read_text(encoding="utf-8"))
    return {it.code for it in all_refusals() if it.__name__ in names}


async def test_the_type_of_every_problem_leads_to_its_words(app: Litestar) -> None:
    async with portal.browser(app) as client:
        page = (await client.get(PREFIX)).text
    told = dict(re.findall(r'<li id="(\w+)">(.*?)</li>', page))
    answered = codes_that_are_answered()
    assert {"slot_taken", "hold_over", "not_known", "bad_request", "wrong_age"} <= answered
    assert answered - told.keys() == set()
    assert [it for it in told.values() if re.search(r"[{}…`]", it)] == []
    assert len(told) == page.count('<li id="')


async def test_the_document_is_kept_by_anybody_and_asked_for_anew(app: Litestar) -> None:
    async with portal.browser(app) as client:
        told = await client.get(f"{PREFIX}/openapi.json")
        known = {"If-None-Match": told.headers["etag"]}
        again = await client.get(f"{PREFIX}/openapi.json", headers=known)
    assert told.headers["cache-control"] == again.headers["cache-control"] == "public, no-cache"
    assert told.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    assert (again.status_code, again.content) == (304, b"")
    assert "set-cookie" not in told.headers.keys() | again.headers.keys()


async def test_whoever_reads_the_document_leaves_the_log_as_it_was(app: Litestar) -> None:
    document.cache_clear()
    before = (logging.getLogger().handlers[:], structlog.get_config())
    async with portal.browser(app) as client:
        assert (await client.get(f"{PREFIX}/openapi.json")).status_code == 200
    assert (logging.getLogger().handlers[:], structlog.get_config()) == before
