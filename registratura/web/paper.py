"""Paper: a PDF made by typst from a template of ours and data that is never markup.

Tagged for screen readers (PDF/UA-1), in Golos Text. The compiler runs in a thread of its own, two
at a time at most, sees no system font, no network and no file but the template's folder.

PDF/UA-1 refuses a letter that no font has. A name may hold one: it is then spelled by its number
in Unicode, `[U+9F98]`, and the paper says so; what even that does not mend goes without PDF/UA.
"""

import json
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst
from anyio import CapacityLimiter, to_thread

from registratura_ground import look

FOLDER = Path(__file__).parent / "paper_templates"
_AT_A_TIME = 2
_ALPHABETS = 0x0500  # Latin, Greek and Cyrillic lie below, and the fonts have them
_SIGNS = "‐‑–—‘’‚“”„…•‹›₽€№"


@cache
def _limiter() -> CapacityLimiter:
    return CapacityLimiter(_AT_A_TIME)


async def print_pdf(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The document `template` over `data`; `at` is its date. Whatever a person typed is a string
    there and stays one: typst reads `data` as JSON. No letter of anybody's name makes it fail."""
    return await to_thread.run_sync(_print, FOLDER / template, data, at, limiter=_limiter())


def _print(template: Path, data: Mapping[str, Any], at: datetime) -> bytes:
    try:
        return _compile(template, {"data": json.dumps(data, ensure_ascii=False)}, at)
    except typst.TypstError:
        spelled = {"data": json.dumps(_spelled(data), ensure_ascii=False), "spelled": "yes"}
    try:
        return _compile(template, spelled, at)
    except typst.TypstError:
        return _compile(template, spelled, at, standard=None)


def _compile(
    template: Path, inputs: dict[str, str], at: datetime, standard: Literal["ua-1"] | None = "ua-1"
) -> bytes:
    made = typst.compile(
        str(template),
        root=str(FOLDER),
        font_paths=[str(look.FOLDER / "fonts")],
        ignore_system_fonts=True,
        sys_inputs=inputs,
        pdf_standards=standard,
        timestamp=int(at.timestamp()),
    )
    if not isinstance(made, bytes):
        raise TypeError("one PDF was expected")
    return made


def _spelled(data: Any) -> Any:
    """The same with every letter that a font may lack spelled by its number."""
    if isinstance(data, str):
        return "".join(it if _is_printable(it) else f"[U+{ord(it):04X}]" for it in data)
    if isinstance(data, Mapping):
        return {key: _spelled(it) for key, it in data.items()}
    return [_spelled(it) for it in data] if isinstance(data, list | tuple) else data


def _is_printable(letter: str) -> bool:
    if letter in _SIGNS or letter.isspace():
        return True
    return ord(letter) < _ALPHABETS and unicodedata.category(letter) not in ("Cc", "Cn")
