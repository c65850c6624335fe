"""The form «Добавление родственника» as it is filled in and as it comes back."""

import re
from html import unescape

import httpx

from tests.given import portal

FORM = "/profile/relatives/add"
PETR = {  # the printed instruction, to the letter
    "last_name": "Иванов",
    "first_name": "Петр",
    "middle_name": "Иванович",
    "kinship": "child",
    "birth_date": "01.01.2015",
    "policy_number": "1234567891234567",
    "affirmed": "yes",
}


async def send(client: httpx.AsyncClient, **otherwise: str) -> httpx.Response:
    """Пётр, with some fields typed otherwise; an empty value is a field left out."""
    typed = {name: text for name, text in {**PETR, **otherwise}.items() if text}
    return await portal.submit(client, FORM, typed, seen_on=FORM)


def faults_of(answer: httpx.Response) -> list[tuple[str, str]]:
    """The error summary: fields and words."""
    return [
        (field, unescape(words))
        for field, words in re.findall(r'<li><a href="#(\w+)">([^<]*)</a></li>', answer.text)
    ]
