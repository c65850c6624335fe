"""Settings for people with low vision: size, colours, spacing, pictures; kept in a cookie."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

# Every setting: its legend, then value kept and words shown. The first value is the ordinary one.
CHOICES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "size": (
        "Размер текста",
        (("", "100 %"), ("l", "125 %"), ("xl", "150 %"), ("xxl", "200 %")),
    ),
    "scheme": (
        "Цвета",
        (
            ("", "Обычные"),
            ("bw", "Чёрным по белому"),
            ("wb", "Белым по чёрному"),
            ("blue", "Синим по голубому"),
        ),
    ),
    "spacing": ("Расстояние между буквами", (("", "Обычное"), ("wide", "Увеличенное"))),
    "images": ("Картинки", (("", "Показывать"), ("off", "Скрыть"))),
}


@dataclass(frozen=True)
class Vision:
    """What this browser asked for; empty strings are the ordinary look."""

    size: str = ""
    scheme: str = ""
    spacing: str = ""
    images: str = ""

    @classmethod
    def chosen(cls, form: Mapping[str, object]) -> "Vision":
        """From a form or a cookie's parts; a value that is not offered counts as ordinary."""
        return cls(**{name: _offered(name, form.get(name)) for name in CHOICES})

    @classmethod
    def parsed(cls, cookie: str | None) -> "Vision":
        """From the cookie's text, such as `size=xl&scheme=wb`; anything else is ignored."""
        parts = (part.partition("=") for part in (cookie or "")[:200].split("&"))
        return cls.chosen({name: value for name, _, value in parts})

    @property
    def cookie(self) -> str:
        """The text to keep; empty when everything is ordinary."""
        return "&".join(f"{name}={value}" for name, value in self.set_choices)

    @property
    def set_choices(self) -> list[tuple[str, str]]:
        """Name and value of what differs from the ordinary: the attributes of <html>."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))
        return [(name, value) for name, value in pairs if value]


def _offered(name: str, value: object) -> str:
    return next((known for known, _ in CHOICES[name][1] if known == value), "")
