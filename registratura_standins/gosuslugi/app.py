"""The stand-in's application: one page, its low-vision settings, its static files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, Request, get, post
from litestar.config.compression import CompressionConfig
from litestar.config.csrf import CSRFConfig
from litestar.contrib.jinja import JinjaTemplateEngine
from litestar.datastructures import Cookie, State
from litestar.enums import RequestEncodingType
from litestar.exceptions import HTTPException
from litestar.params import Body
from litestar.response import Redirect, Template
from litestar.template import TemplateConfig

from registratura_ground import look
from registratura_ground.look.shelf import look_files
from registratura_ground.look.static import static_route
from registratura_ground.look.vision import CHOICES, Vision
from registratura_standins.gosuslugi.settings import Settings

AnyRequest = Request[Any, Any, Any]
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
_HERE = Path(__file__).parent
_YEAR = 365 * 24 * 3600
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@get("/")
async def home(request: AnyRequest) -> Template:
    """What this will be; the one link leads to the registry's own portal."""
    return _page(request, "home.html")


@post("/vision")
async def choose_vision(request: AnyRequest, data: Form) -> Redirect:
    """Keep the low-vision settings for a year; `reset` forgets them."""
    vision = Vision() if "reset" in data else Vision.chosen(data)
    answer = Redirect("/", status_code=303)
    answer.cookies.append(_cookie(request, vision))
    return answer


@get("/healthz", exclude_from_csrf=True)
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


def on_http(request: AnyRequest, fault: HTTPException) -> Template:
    """Anything else: there is no such page here."""
    return _page(request, "not_found.html", fault.status_code)


def create_app(settings: Settings) -> Litestar:
    """The application that these settings describe."""
    shelf = _shelf()
    return Litestar(
        route_handlers=[home, choose_vision, healthz, static_route(shelf)],
        exception_handlers={HTTPException: on_http},
        template_config=_templates(settings, shelf),
        csrf_config=CSRFConfig(
            secret=settings.secret,
            cookie_name=_name(settings, "csrf"),
            cookie_secure=settings.secure,
            cookie_httponly=True,
        ),
        compression_config=CompressionConfig(backend="gzip", exclude="^/static/"),
        response_headers=_HEADERS,
        state=State({"settings": settings}),
        logging_config=None,
        openapi_config=None,
    )


def _shelf() -> look.Shelf:
    styles = (*look.STYLES, _HERE / "static" / "gosuslugi.css")
    files = {**look_files(look.FOLDER), "favicon.svg": _HERE / "static" / "favicon.svg"}
    return look.Shelf("/static", files, {"gosuslugi.css": styles})


def _templates(settings: Settings, shelf: look.Shelf) -> TemplateConfig[JinjaTemplateEngine]:
    environment = Environment(
        loader=FileSystemLoader([_HERE / "templates", look.TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    environment.globals.update(
        static_url=shelf.url, vision_choices=CHOICES, registry_url=settings.registry_url
    )
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))


def _page(request: AnyRequest, template: str, status: int = 200) -> Template:
    settings: Settings = request.app.state.settings
    vision = Vision.parsed(request.cookies.get(_name(settings, "vision")))
    context: Mapping[str, object] = {"vision": vision}
    return Template(
        template,
        context=dict(context),
        status_code=status,
        media_type="text/html",
        headers={"Cache-Control": "private, no-cache", **_HEADERS},
    )


def _name(settings: Settings, purpose: str) -> str:
    return f"{'__Host-' if settings.secure else ''}gosuslugi_{purpose}"


def _cookie(request: AnyRequest, vision: Vision) -> Cookie:
    settings: Settings = request.app.state.settings
    return Cookie(
        key=_name(settings, "vision"),
        value=vision.cookie,
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="lax",
        max_age=_YEAR if vision.cookie else 0,
    )
