"""Pages of the stand-in: the Jinja environment, the content policy, words of Russian."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment
from litestar.contrib.jinja import JinjaTemplateEngine
from litestar.datastructures import Cookie
from litestar.response import Redirect, Template
from litestar.template import TemplateConfig

from registratura_ground import look
from registratura_ground.look.environment import make_environment
from registratura_ground.look.shelf import Shelf, look_files
from registratura_standins.gosuslugi import kinds, words
from registratura_standins.gosuslugi.cookies import cookie_name
from registratura_standins.gosuslugi.settings import Settings
from registratura_standins.gosuslugi.visitors import Visitor

_HERE = Path(__file__).parent


def page(
    template: str,
    *,
    visitor: Visitor | None,
    status: int = 200,
    cookies: Iterable[Cookie] = (),
    **context: object,
) -> Template:
    """Render `template`; the header shows who has signed in."""
    return Template(
        template_name=template,
        context={"visitor": visitor, **context},
        status_code=status,
        media_type="text/html",
        cookies=list(cookies),
    )


def redirect(path: str) -> Redirect:
    """The answer to a form: go and see."""
    return Redirect(path, status_code=303)


def make_headers(settings: Settings) -> dict[str, str]:
    """Of every answer. A form may lead to ЕСИА: signing out does."""
    esia = urlsplit(settings.esia_url)
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "font-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {esia.scheme}://{esia.netloc}"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    if settings.secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


@cache
def make_shelf() -> Shelf:
    """Fonts and script of the shared look, the style sheet with ours after it."""
    own = _HERE / "static"
    names = ("favicon.svg", "waiting.js")
    files = look_files(look.FOLDER) | {name: own / name for name in names}
    styles = [*look.STYLES, own / "gosuslugi.css", own / "wizard.css"]
    return Shelf("/static", files, {"gosuslugi.css": styles})


def make_templates(settings: Settings) -> TemplateConfig[JinjaTemplateEngine]:
    """Our templates, then those of the shared look. A name that a page lacks is an error."""
    shown = replace(
        Settings(),
        public_url=settings.public_url,
        registry_url=settings.registry_url,
        esia_url=settings.esia_url,
        region_name=settings.region_name,
        region_zone=settings.region_zone,
    )
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(_environment(shown)))


@cache
def _environment(settings: Settings) -> Environment:
    """Made once for all applications of a process that show the same: compiling takes a while."""
    folders = [_HERE / "templates", look.TEMPLATES]
    environment = make_environment(folders, make_shelf(), cookie_name(settings, "vision"))
    environment.globals["settings"] = settings
    environment.filters.update(_FILTERS, local=words.make_local(settings.zone))
    return environment


_FILTERS = {
    "day": words.day,
    "digits": words.digits,
    "long_day": words.long_day,
    "short_weekday": words.short_weekday,
    "clock": words.clock,
    "stamp": words.stamp,
    "policy": words.policy,
    "phone": words.phone,
    "plural": words.plural,
    "nearest": words.nearest,
    "inside": words.inside,
    "iso_moment": datetime.fromisoformat,
    "iso_day": date.fromisoformat,
    "kind_fields": kinds.to_fields,
    "doctors_path": kinds.doctors_path,
}
