"""The portal's forms as they stand on its pages: every hidden field is taken, whatever its name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape

_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.S)
_INPUT = re.compile(r"<input\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


@dataclass(frozen=True)
class Form:
    """Where it goes, what it carries unseen, and what there is to choose from."""

    action: str
    hidden: Mapping[str, str]
    choices: Mapping[str, Sequence[str]]


def forms(page: str) -> list[Form]:
    """The forms of a page that are sent by POST."""
    found = []
    for opening, body in _FORM.findall(page):
        of_form = _attributes(opening)
        if of_form.get("method") != "post":
            continue
        hidden: dict[str, str] = {}
        choices: dict[str, list[str]] = {}
        for field in map(_attributes, _INPUT.findall(body)):
            if field.get("type") == "hidden":
                hidden[field["name"]] = field.get("value", "")
            elif field.get("type") == "radio":
                choices.setdefault(field["name"], []).append(field["value"])
        found.append(Form(of_form.get("action", ""), hidden, choices))
    return found


def find(page: str, action: str) -> Form | None:
    """The form that leads there, if the page has it."""
    return next((form for form in forms(page) if form.action == action), None)


def standing(page: str) -> str:
    """The visit that a clash page offers to keep; empty on any other page."""
    kept = re.search(r'href="/appointments/([0-9a-f-]{36})">Оставить прежнюю', page)
    return kept[1] if kept else ""


def heading(page: str) -> str:
    """What the page says: that the time is taken, else its own heading."""
    found = re.search(r'<h2 id="taken">(.*?)</h2>|<h1\b[^>]*>(.*?)</h1>', page, re.S)
    told = (found[1] or found[2]) if found else ""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", told)).split())


def _attributes(tag: str) -> dict[str, str]:
    return {name: unescape(text) for name, text in _ATTRIBUTE.findall(tag)}
