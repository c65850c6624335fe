"""What the document tells beyond the handlers' types: headers, words of success, closed bodies."""

from collections.abc import Iterator
from typing import Any

_DONE = {
    "200": "Ответ",
    "201": "Сделано; что именно, говорит тело. `Location` нет",
    "204": "Сделано, тела нет",
}
_NUMBER = {"type": "integer", "minimum": 0}
_OF_A_TOKEN = {
    "RateLimit-Limit": "Сколько обращений в минуту у ключа доступа",
    "RateLimit-Remaining": "Сколько осталось в эту минуту",
    "RateLimit-Reset": "Через сколько секунд минута начнётся заново",
}
"""Headers that only an answer to a token has."""


def complete(told: dict[str, Any]) -> dict[str, Any]:
    """The document, completed in place."""
    for call in _calls(told):
        answers = call["responses"]
        for status, answer in answers.items():
            answer["description"] = _DONE.get(status, answer["description"])
            answer["headers"] = _headers(status, kept="304" in answers)
        for body in call.get("requestBody", {}).get("content", {}).values():
            name = body["schema"]["$ref"].rpartition("/")[2]
            # an unknown field gets 400: an optional one mistyped would be lost in silence
            told["components"]["schemas"][name]["additionalProperties"] = False
    return told


def _calls(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in told["paths"].values():
        yield from (call for call in item.values() if "responses" in call)


def _headers(status: str, *, kept: bool) -> dict[str, Any]:
    named = {name: (words, _NUMBER) for name, words in _OF_A_TOKEN.items()}
    if status in ("429", "503"):
        named["Retry-After"] = ("Через сколько секунд повторить", _NUMBER)
    if status == "401":
        named["WWW-Authenticate"] = ("Чем представиться (RFC 6750)", {"type": "string"})
    if kept and status in ("200", "304"):
        words = "Метка списка: передайте в `If-None-Match`. Нет, если смотрят для пациента"
        named["ETag"] = (words, {"type": "string"})
    return {
        name: {"description": words, "schema": schema, "required": False}
        for name, (words, schema) in named.items()
    }
