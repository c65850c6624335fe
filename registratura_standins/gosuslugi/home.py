"""What everybody may open: home, catalogue, the service's page, help, look, health."""

from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect, Template

from registratura_ground.look.vision import Vision
from registratura_standins.gosuslugi import catalogue
from registratura_standins.gosuslugi.cookies import forget_cookie, make_cookie
from registratura_standins.gosuslugi.database import value
from registratura_standins.gosuslugi.pages import page, redirect
from registratura_standins.gosuslugi.visitors import (
    AnyRequest,
    Visitor,
    pool_of,
    safe_path,
    settings_of,
)

_YEAR = int(timedelta(days=365).total_seconds())


@get("/", name="home")
async def show_home(newcomer: Visitor | None) -> Template:
    """The first page: search, what is wanted most, «Мое здоровье»."""
    return page("home.html", visitor=newcomer, popular=catalogue.POPULAR)


@get("/catalogue", name="catalogue")
async def show_catalogue(newcomer: Visitor | None, q: str = "") -> Template:
    """The catalogue of services, or those whose words hold what was searched."""
    return page(
        "catalogue.html",
        visitor=newcomer,
        asked=q[:100],
        found=catalogue.search(q),
        categories=catalogue.CATEGORIES,
        health=catalogue.HEALTH,
    )


@get("/service", name="service")
async def show_service(newcomer: Visitor | None) -> Template:
    """«Записаться к врачу»: what is needed and how it goes."""
    return page("service.html", visitor=newcomer)


@get("/help", name="help")
async def show_help(newcomer: Visitor | None) -> Template:
    """Questions and answers."""
    return page("help.html", visitor=newcomer)


@post("/vision", status_code=303)
async def set_vision(request: AnyRequest) -> Redirect:
    """Keep the settings of the look for a year; back to the page, if it is one of ours."""
    form: dict[str, Any] = dict(await request.form())
    settings = settings_of(request)
    vision = Vision() if "reset" in form else Vision.chosen(form)
    answer = redirect(safe_path(str(form.get("back", ""))))
    kept = make_cookie(settings, "vision", vision.cookie, _YEAR)
    answer.cookies.append(kept if vision.cookie else forget_cookie(settings, "vision"))
    return answer


@get("/healthz", exclude_from_csrf=True, name="health")
async def check_health(request: AnyRequest) -> Response[dict[str, str]]:
    """The application answers and reaches its database."""
    async with pool_of(request).connection() as db:
        await value(db, "select 1")
    return Response({"status": "ok"})
