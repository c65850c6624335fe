"""The OpenAPI document, held against the running registry by an independent tester."""

import asyncio
import logging
import os
import re
import socket
import sys
from pathlib import Path

import structlog
import uvicorn
from litestar import Litestar

from registratura.api.document import document
from registratura.api.problems import PREFIX
from registratura.db import Connection
from tests.api.conftest import Application
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
    assert re.search(r"17 selected|17 .*tested|Operations:\s+17", told), told[-2000:]


async def test_the_document_and_its_page_are_open_and_need_no_script(app: Litestar) -> None:
    async with portal.browser(app) as client:
        document = await client.get(f"{PREFIX}/openapi.json")
        page = await client.get(PREFIX)
    assert document.json()["openapi"].startswith("3.1")
    assert document.json()["paths"].keys() > {f"{PREFIX}/appointments", f"{PREFIX}/holds"}
    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-cache"
    assert "<script" not in page.text
    assert "<code>Idempotency-Key</code>" in page.text
    assert "`" not in page.text
    assert "&lt;code" not in page.text
    for call in re.findall(r'"operationId":"(\w+)"', document.text):
        assert f'id="call-{call}"' in page.text


async def test_whoever_reads_the_document_leaves_the_log_as_it_was(app: Litestar) -> None:
    document.cache_clear()
    before = (logging.getLogger().handlers[:], structlog.get_config())
    async with portal.browser(app) as client:
        assert (await client.get(f"{PREFIX}/openapi.json")).status_code == 200
    assert (logging.getLogger().handlers[:], structlog.get_config()) == before
