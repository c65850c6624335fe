"""The OpenAPI document, made from the handlers' types, and the page that reads it to people."""

import re
from functools import cache
from typing import Any

import msgspec
from litestar import Litestar, Response, get
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.response import Template
from markupsafe import Markup, escape

from registratura import web
from registratura.api import answers, codes
from registratura.api.completing import complete
from registratura.api.problems import PREFIX
from registratura.api.routes import CALLS
from registratura.web import Visitor
from registratura.web.cookies import Cookies
from registratura.web.requests import DEPENDENCIES, AnyRequest, settings_of
from registratura_ground.forgery import HEADER

VERSION = "1.0.0"
_ABOUT = (
    "Запись к врачу для приложений: всё, что умеет портал. Отвечает JSON; отказы – "
    "`application/problem+json` с кодом, словами и ближайшим временем. Каждая запись, перенос, "
    "отмена и удержание требуют заголовка `Idempotency-Key`: повтор с тем же ключом ничего не "
    "делает второй раз. Списки идут страницами: `next` прошлой страницы передают как `cursor`. "
    "У открытых списков есть ETag. Моменты времени – в UTC, дни – по календарю клиники."
)


@cache
def document(cookie: str) -> dict[str, Any]:
    """The whole document; `cookie` is the name of the session's cookie."""
    config = OpenAPIConfig(
        title="Регистратура: запись к врачу",
        version=VERSION,
        description=_ABOUT,
        components=Components(
            security_schemes={
                "token": SecurityScheme(
                    type="http",
                    scheme="bearer",
                    description="Ключ из «Личные данные» – «Доступ для приложений»",
                ),
                "session": SecurityScheme(
                    type="apiKey",
                    security_scheme_in="cookie",
                    name=cookie,
                    description="Вход на портал; для записи нужен и заголовок "
                    f"`{HEADER}` с меткой из формы страницы",
                ),
            }
        ),
    )
    # Without `logging_config=None` it would set up the whole process's logging by its own taste.
    alone = Litestar([CALLS], dependencies=DEPENDENCIES, openapi_config=config, logging_config=None)
    return complete(alone.openapi_schema.to_schema())


# It has no form, so it comes without a form's token: what sets a cookie nobody may share.
@get(
    f"{PREFIX}/openapi.json",
    name="openapi",
    include_in_schema=False,
    opt={"exclude_from_csrf": True},
)
async def openapi(request: AnyRequest) -> Response[bytes]:
    """The document, for programs; whoever has it already gets a 304."""
    body = msgspec.json.encode(_of(request))
    return answers.tagged(request, body, "public, no-cache", "application/vnd.oai.openapi+json")


@get(PREFIX, name="api", include_in_schema=False)
async def page(request: AnyRequest, visitor: Visitor | None) -> Template:
    """The same for people: rendered here, so that it needs no script."""
    told = _of(request)
    calls = [
        (method.upper(), path, call)
        for path, item in told["paths"].items()
        for method, call in item.items()
        if method in ("get", "post", "delete")
    ]
    return web.page(
        "api/index.html",
        visitor=visitor,
        about=told["info"],
        prefix=PREFIX,
        groups=_grouped(calls),
        common=_common([call for _, _, call in calls]),
        shapes=told["components"]["schemas"],
        type_of=_type_of,
        coded=_coded,
        broken=_broken,
        faults=codes.OF_CALLS,
        refusals=codes.of_booking(),
    )


def _of(request: AnyRequest) -> dict[str, Any]:
    return document(Cookies.of(settings_of(request).public_url).name("session"))


def _grouped(calls: list[tuple[str, str, dict[str, Any]]]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for method, path, call in calls:
        groups.setdefault(call["tags"][0], []).append((method, path, call))
    return groups


def _common(calls: list[dict[str, Any]]) -> dict[str, Any]:
    """What every call may be refused with: told once for all."""
    first, *others = (call["responses"] for call in calls)
    return {
        status: answer
        for status, answer in first.items()
        if status >= "400" and all(status in it for it in others)
    }


def _type_of(schema: dict[str, Any]) -> tuple[str, str | None]:
    """A type in words, and the shape it leads to."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name, name
    for key in ("oneOf", "anyOf"):
        if key in schema:
            words = [_type_of(it) for it in schema[key]]
            named = next((it for _, it in words if it), None)
            return " | ".join(it for it, _ in words), named
    if schema.get("type") == "array":
        words_of_one, named = _type_of(schema["items"])
        return f"[{words_of_one}]", named
    return str(schema.get("format") or schema.get("type", "")), None


def _coded(text: str) -> Markup:
    """Words between backticks, as Markdown readers of the document show them."""
    escaped = str(escape(text))  # plain: a Markup would escape what `sub` puts in
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped))  # noqa: S704 - escaped


def _broken(path: str) -> Markup:
    """A path that a narrow screen breaks before a slash, not within a word."""
    head, *parts = str(escape(path.removeprefix(PREFIX))).split("/")
    return Markup("<wbr>/".join([PREFIX + head, *parts]))  # noqa: S704 - escaped
