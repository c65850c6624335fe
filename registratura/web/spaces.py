"""Non-breaking spaces: a short preposition, «№» and a number stay with the next word."""

import re

from markupsafe import Markup, escape

_SHORT = re.compile(r"(?<![\w-])([а-яё]{1,2}|№|[А-ЯЁ]\.) (?=\S)", re.IGNORECASE)
_UNIT = re.compile(r"(\d) (?=(?:мин|час|лет|год|мест|дн|%|₽))")


def nobreak(text: object) -> Markup:
    """The text, escaped, with such blanks made non-breaking."""
    escaped = str(escape(text))
    return Markup(_UNIT.sub("\\1\u00a0", _SHORT.sub("\\1\u00a0", escaped)))  # noqa: S704 - escaped above
