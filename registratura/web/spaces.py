"""What stays together on a line: a short preposition, «№» and a number with the next word; a
telephone number, which may be pressed too."""

import re

from markupsafe import Markup, escape

_SHORT = re.compile(r"(?<![\w-])([а-яё]{1,2}|№|[А-ЯЁ]\.) (?=\S)", re.IGNORECASE)
_UNIT = re.compile(r"(\d) (?=(?:мин|час|лет|год|мест|дн|%|₽))")
_PHONE = re.compile(r"\+7 [0-9]{3} [0-9]{3}-[0-9]{2}-[0-9]{2}")


def nobreak(text: object) -> Markup:
    """The text, escaped, with such blanks made non-breaking."""
    escaped = str(escape(text))
    return Markup(_UNIT.sub("\\1\u00a0", _SHORT.sub("\\1\u00a0", escaped)))  # noqa: S704 - escaped above


def with_phones(text: object) -> Markup:
    """The text, escaped, with a link at each telephone number."""
    return Markup(_PHONE.sub(_call, str(escape(text))))  # noqa: S704 - escaped here


def _call(found: re.Match[str]) -> str:
    number = found[0]
    dialled = number.replace(" ", "").replace("-", "")
    return f'<a class="nw num" href="tel:{dialled}">{number}</a>'
