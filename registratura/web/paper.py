"""Paper: a PDF made by typst from a template of ours and data that is never markup.

Tagged for screen readers (PDF/UA-1), in Golos Text. The compiler runs in a thread of its own, two
at a time at most, sees no system font, no network and no file but the template's folder.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from anyio import CapacityLimiter, to_thread

from registratura_ground import look

FOLDER = Path(__file__).parent / "paper_templates"
_AT_A_TIME = 2


@cache
def _limiter() -> CapacityLimiter:
    return CapacityLimiter(_AT_A_TIME)


async def print_pdf(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The document `template` over `data`; `at` is its date. Whatever a person typed is a string
    there and stays one: typst reads `data` as JSON."""
    text = json.dumps(data, ensure_ascii=False)
    return await to_thread.run_sync(_compile, FOLDER / template, text, at, limiter=_limiter())


def _compile(template: Path, data: str, at: datetime) -> bytes:
    made = typst.compile(
        str(template),
        root=str(FOLDER),
        font_paths=[str(look.FOLDER / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"data": data},
        pdf_standards="ua-1",
        timestamp=int(at.timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError("one PDF was expected")
    return made
