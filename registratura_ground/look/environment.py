"""The Jinja environment of a stand-in's pages: strict, with the look's own templates and words."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from registratura_ground.look.shelf import Shelf
from registratura_ground.look.vision import CHOICES, Vision


def make_environment(folders: list[Path], shelf: Shelf, vision_cookie: str) -> Environment:
    """Templates of `folders`, the first that has a name; a name that a page lacks is an error.

    Pages see `static_url`, `vision()` with `vision_choices`, `csrf_field()`, `has_token()` and
    `here()`.
    """
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )

    def vision(context: Context) -> Vision:
        return Vision.parsed(context["request"].cookies.get(vision_cookie))

    environment.globals.update(
        static_url=shelf.url,
        vision_choices=CHOICES,
        vision=pass_context(vision),
        csrf_field=pass_context(_csrf_field),
        has_token=pass_context(_has_token),
        here=pass_context(_here),
    )
    return environment


def _csrf_field(context: Context) -> Markup:
    field: Any = context["csrf_input"]
    return Markup(field)  # noqa: S704 - made and escaped by Litestar


def _has_token(context: Context) -> bool:
    """False on a page for an address that is not there: its forms would be refused."""
    return 'value=""' not in context["csrf_input"]


def _here(context: Context) -> str:
    """Path and query of this page; a page that answered a POST is asked for anew."""
    scope = context["request"].scope
    query = scope["query_string"].decode("latin-1")
    return f"{scope['path']}?{query}" if query else str(scope["path"])
