"""What of a call is wrong, in words: the framework's English messages under the caller's names."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from litestar.exceptions import HTTPException

BODY = "body"
_NAMES: Mapping[tuple[str, str], str] = {
    ("header", "key"): "Idempotency-Key",
    ("query", "one_day"): "day",
    ("body", "data"): BODY,
}
"""What our handlers call otherwise than the caller."""
_MISSING = re.compile(r"Missing required (\w+) parameter '(.+?)'")
_UNREADABLE = re.compile(r"JSON is|no JSON")
_OF_A_FIELD: Sequence[tuple[str, str]] = (
    (r"missing required field `(\w+)`", "нужно это поле"),
    (r"unknown field `(\w+)`", "такого поля нет"),
)
_WORDS: Sequence[tuple[str, str]] = (
    (r"UUID|`uuid`", "нужен UUID"),
    (r"date", "нужен день: 2026-12-08"),
    (r"`int` >= (\d+)", r"нужно целое число не меньше \1"),
    (r"`int` <= (\d+)", r"нужно целое число не больше \1"),
    (r"`int`", "нужно целое число"),
    (r"length <= (\d+)", r"знаков не больше \1"),
    (r"^'data'$|`object`", "нужен объект JSON"),
)


def search(fault: HTTPException) -> dict[str, str]:
    """Header, parameter or field, as the caller writes it → what is wrong with it."""
    if missing := _MISSING.search(fault.detail):
        kind, name = missing.groups()
        return {name: "нужен этот заголовок: UUID" if kind == "header" else "нужен этот параметр"}
    if _UNREADABLE.match(fault.detail):
        return {BODY: "это не JSON"}
    listed: Any = fault.extra if isinstance(fault.extra, list) else []
    return dict(map(_hint, listed))


def _hint(told: Mapping[str, Any]) -> tuple[str, str]:
    message, key = str(told.get("message", "")), str(told.get("key", ""))
    for pattern, words in _OF_A_FIELD:
        if found := re.search(pattern, message):
            return (BODY, "нужен объект JSON") if found[1] == "data" else (found[1], words)
    name = _NAMES.get((told.get("source", ""), key), key)  # an enumeration of strings
    for pattern, words in _WORDS:
        if found := re.search(pattern, message):
            return name, found.expand(words)
    return name, "неверное значение" if message.isascii() else message
