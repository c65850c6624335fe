"""Pages of the stand-in: the Jinja environment, the content policy, dates in Russian."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from litestar.contrib.jinja import JinjaTemplateEngine
from litestar.datastructures import Cookie
from litestar.response import Template
from litestar.template import TemplateConfig

from registratura_ground import look
from registratura_ground.look.environment import make_environment
from registratura_ground.look.shelf import Shelf, look_files
from registratura_standins.esia.clients import search_origins
from registratura_standins.esia.cookies import cookie_name
from registratura_standins.esia.database import Connection
from registratura_standins.esia.levels import NAMES
from registratura_standins.esia.settings import Settings
from registratura_standins.esia.spellings import format_phone, format_snils

_HERE = Path(__file__).parent
ZONE = ZoneInfo("Europe/Moscow")


def make_policy(origins: Iterable[str] = ()) -> str:
    """The content policy. A browser blocks a POST that is redirected to an origin not named."""
    targets = " ".join(["'self'", *origins])
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "font-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {targets}"
    )


async def page(
    db: Connection,
    template: str,
    *,
    status: int = 200,
    cookies: Iterable[Cookie] = (),
    **context: object,
) -> Template:
    """Render `template`; its forms may lead to this site and to registered clients."""
    policy = make_policy(await search_origins(db))
    return Template(
        template_name=template,
        context=context,
        status_code=status,
        media_type="text/html",
        headers={"Content-Security-Policy": policy},
        cookies=list(cookies),
    )


def make_shelf() -> Shelf:
    """Fonts and script of the shared look, the style sheet with ours after it."""
    files = look_files(look.FOLDER) | {"favicon.svg": _HERE / "static" / "favicon.svg"}
    return Shelf("/static", files, {"esia.css": [*look.STYLES, _HERE / "static" / "esia.css"]})


def make_templates(settings: Settings, shelf: Shelf) -> TemplateConfig[JinjaTemplateEngine]:
    """Our templates, then those of the shared look. A name that a page lacks is an error."""
    folders = [_HERE / "templates", look.TEMPLATES]
    environment = make_environment(folders, shelf, cookie_name(settings, "vision"))
    environment.filters.update(_filters())
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))


def today_of(now: datetime) -> date:
    """The day that people have now."""
    return now.astimezone(ZONE).date()


def format_day(day: date) -> str:
    """23 ноября 2026."""
    return format_date(day, "d MMMM y", locale="ru")


def format_moment(moment: datetime) -> str:
    """23 ноября 2026, 10:02, московское время."""
    local = moment.astimezone(ZONE)
    return f"{format_day(local)}, {format_time(local, 'HH:mm', locale='ru')}"


def format_policy(number: str) -> str:
    """Sixteen digits by four."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def _filters() -> dict[str, Any]:
    return {
        "day": format_day,
        "moment": format_moment,
        "snils": format_snils,
        "phone": format_phone,
        "policy": format_policy,
        "level": NAMES.__getitem__,
    }
