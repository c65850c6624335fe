"""The examples of docs/api.md, each sent as it stands there."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from litestar import Litestar

from registratura.db import Connection, execute
from tests.api.conftest import Application
from tests.given import portal, region, visits

_BLOCK = re.compile(r"```http\n(.*?)```", re.S)
_NAMED = re.compile(r"\{(\w+)\}")


def named(text: str, known: dict[str, str]) -> str:
    """The example with what earlier answers gave."""
    return _NAMED.sub(lambda it: known.get(it[1], it[0]), text)


def compare(told: Any, example: Any, known: dict[str, str], where: str = "answer") -> None:
    """The same fields of the same kinds; what the example names is remembered, or is the same."""
    if isinstance(example, dict):
        assert isinstance(told, dict), where
        missing = example.keys() - told.keys()
        assert not missing, (where, missing)
        for name, it in example.items():
            compare(told[name], it, known, f"{where}.{name}")
    elif isinstance(example, list):
        assert len(told) >= len(example), where
        for number, it in enumerate(example):
            compare(told[number], it, known, f"{where}[{number}]")
    elif isinstance(example, str) and (found := _NAMED.fullmatch(example)):
        assert known.setdefault(found[1], told) == told, where
    elif example is not None and told is not None:
        assert type(told) is type(example), where


async def test_the_examples_of_the_paper_are_answered_as_it_says(
    app: Litestar, robot: Application, db: Connection, checkout: Path
) -> None:
    blocks = _BLOCK.findall((checkout / "docs" / "api.md").read_text(encoding="utf-8"))
    taken = await region.free_slot(db, "area-doctor", 9)
    await execute(db, "update slot set blocked = 'Ремонт' where id = %(it)s", it=taken)
    whom = await visits.patient(db, robot.owner)
    await visits.refer(db, whom, now=datetime.now(UTC))
    known = {"token": robot.token, "taken": str(taken)}
    assert len(blocks) >= 34
    async with portal.browser(app) as client:
        for asked, answer in zip(blocks[::2], blocks[1::2], strict=True):
            head, _, body = named(asked, known).partition("\n\n")
            first, *lines = head.strip().splitlines()
            method, _, path = first.partition(" ")
            headers = dict(line.split(": ", 1) for line in lines)
            content = body.strip().encode()
            told = await client.request(method, path, headers=headers, content=content)
            said, _, example = answer.strip().partition("\n\n")
            status, *lines = said.splitlines()
            assert told.status_code == int(status), (first, told.text)
            for name, it in (line.split(": ", 1) for line in lines):
                compare(told.headers[name], it, known, f"{first}, {name}")
            if example:
                compare(told.json(), json.loads(example), known, first)
            else:
                assert told.content == b""
