"""The Jinja environment of the registry's faces: folders, filters, and what every page sees."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.contrib.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig

from registratura.settings import Settings
from registratura.web import dates
from registratura.web.cookies import Cookies
from registratura.web.paths import safe_path
from registratura.web.requests import csrf_token_of, current, now_of, today_of
from registratura.web.spaces import nobreak, with_phones
from registratura.web.visitor import relation
from registratura_ground import look
from registratura_ground.look.vision import CHOICES, Vision

_HERE = Path(__file__).parent


def make_templates(
    settings: Settings, shelf: look.Shelf, folders: Sequence[Path]
) -> TemplateConfig[JinjaTemplateEngine]:
    """Templates of the faces' `folders`, then of the kit, then of the shared look.

    A name that a page forgot to pass is an error, not an empty place.
    """
    environment = Environment(
        loader=FileSystemLoader([*folders, _HERE / "templates", look.TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    cookies = Cookies.of(settings.public_url)
    environment.globals.update(
        settings=settings,
        static_url=shelf.url,
        vision_choices=CHOICES,
        vision=lambda: Vision.parsed(current().cookies.get(cookies.name("vision"))),
        form_token=lambda: csrf_token_of(current()),
        now=lambda: now_of(current()),
        today=lambda: today_of(current()),
        this_page=_this_page,
    )
    environment.filters.update(_filters(settings.region_zone))
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))


def _filters(region_zone: str) -> dict[str, Any]:
    """Moments are shown in the zone given, else in the region's: `{{ at|clock(doctor.zone) }}`."""

    def clock(moment: datetime, zone: str = region_zone) -> str:
        return dates.clock(moment, zone)

    def day_of(moment: datetime, zone: str = region_zone) -> date:
        return dates.local(moment, zone).date()

    named = (
        *(dates.day_words, dates.long_day, dates.near_day, dates.weekday, dates.short_weekday),
        *(
            dates.month_of,
            dates.digits,
            dates.age,
            dates.plural,
            dates.plural_word,
            nobreak,
            with_phones,
        ),
        *(clock, day_of, relation, nobreak, with_phones),
    )
    return {filter_.__name__: filter_ for filter_ in named}


def _this_page() -> str:
    """The path and query of this page, for `back` fields; on the way back from ЕСИА only where it
    began: that address holds a code."""
    scope = current().scope
    if scope["path"].startswith("/signin/"):
        return "/signin"
    query = scope["query_string"].decode("latin-1")
    return safe_path(scope["path"] + (f"?{query}" if query else ""))
