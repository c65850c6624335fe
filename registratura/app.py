"""Builds the registry's ASGI application: opens the pool, mounts the faces."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from litestar import Litestar, Response
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware
from litestar.plugins.prometheus import PrometheusConfig, PrometheusController
from litestar.types import ControllerRouterHandler

import registratura.api
import registratura.desk
import registratura.portal
from registratura.api import document, problems
from registratura.api.routes import CALLS
from registratura.db import Pool, open_pool
from registratura.desk.routes import ROUTES as DESK_ROUTES
from registratura.esia import open_sign_on
from registratura.federal.routes import ROUTES as FEDERAL
from registratura.portal.consent_text import CURRENT
from registratura.portal.routes import DEMO, ROUTES
from registratura.rehearsal import rehearse
from registratura.settings import Settings
from registratura.web.around import around, security_headers
from registratura.web.cookies import Cookies
from registratura.web.errors import HANDLERS, on_http
from registratura.web.health import healthz, readyz
from registratura.web.kept import Kept
from registratura.web.lending import PATIENCE, Lender
from registratura.web.requests import DEPENDENCIES, AnyRequest
from registratura.web.standby import OwnWrites, Standby
from registratura.web.statics import portal_shelf
from registratura.web.templates import make_templates
from registratura_ground.forgery import Forms
from registratura_ground.look.shelf import Shelf
from registratura_ground.look.static import static_route

PORTAL = Path(registratura.portal.__file__).parent
API = Path(registratura.api.__file__).parent
DESK = Path(registratura.desk.__file__).parent
_REHEARSED_WITHIN = 30.0  # seconds


@asynccontextmanager
async def _opened(app: Litestar) -> AsyncIterator[None]:
    """The pool and ЕСИА's client, open while the application runs."""
    settings: Settings = app.state.settings
    app.state.esia = open_sign_on(settings)
    app.state.pool = await _open_pool(settings, rehearsed=app.state.rehearsed)
    app.state.lender = Lender(app.state.pool)
    app.state.standby = standby = await _open_standby(settings)
    try:
        yield
    finally:
        if standby is not None:
            await standby.lender.pool.close()
        await app.state.pool.close()
        await app.state.esia.http.aclose()


async def _open_pool(settings: Settings, *, rehearsed: bool) -> Pool:
    """All connections at once and rehearsed, before anybody is served; else as they are needed."""
    most = settings.connections
    if not rehearsed:
        return await open_pool(settings.database_url, most=most)
    rehearsal = partial(rehearse, zone=settings.region_zone)
    pool = await open_pool(settings.database_url, least=most, most=most, rehearsal=rehearsal)
    await pool.wait(_REHEARSED_WITHIN)
    return pool


async def _open_standby(settings: Settings) -> Standby | None:
    """It may be away when we start: searches go to the primary until it answers, and soon."""
    if not settings.database_replica_url:
        return None
    pool = await open_pool(settings.database_replica_url, check=False, wait=PATIENCE)
    return Standby(Lender(pool))


def _doors(settings: Settings, shelf: Shelf) -> list[ControllerRouterHandler]:
    """The faces' own, and what every application has."""
    demo = [] if settings.production else DEMO
    faces = [*ROUTES, *demo, DESK_ROUTES, *FEDERAL, CALLS, document.openapi, document.page]
    return [*faces, static_route(shelf), healthz, readyz, PrometheusController]


def _nowhere(request: AnyRequest, fault: HTTPException) -> Response[Any]:
    """An address that no face has: a problem to a program, a page to people."""
    if request.scope["path"].startswith(f"{problems.PREFIX}/"):
        return problems.on_http(request, fault)
    return on_http(request, fault)


def make_state(settings: Settings, *, rehearsed: bool = False) -> dict[str, Any]:
    """What an application begins with; what it opens is added when it starts."""
    return {"settings": settings, "consent": CURRENT.key, "rehearsed": rehearsed}


def _layers(settings: Settings) -> list[DefineMiddleware]:
    """Around every handler, the first outermost."""
    names = Cookies.of(settings.public_url).name
    forms = DefineMiddleware(
        Forms,
        secret=settings.secret,
        public_url=settings.public_url,
        session_cookie=names("session"),
        token_cookie=names("csrf"),
    )
    metrics = PrometheusConfig(app_name="registratura", prefix="registratura", group_path=True)
    writes = DefineMiddleware(OwnWrites, public_url=settings.public_url)
    return [metrics.middleware, *([writes] if settings.database_replica_url else []), forms]


def create_app(settings: Settings, *, rehearsed: bool = False) -> Litestar:
    """The application that these settings describe; it connects when it starts.

    With `rehearsed` its connections have planned the hot paths before it serves.
    """
    shelf = portal_shelf(PORTAL / "static")
    app = Litestar(
        route_handlers=_doors(settings, shelf),
        dependencies=DEPENDENCIES,
        exception_handlers={**HANDLERS, HTTPException: _nowhere},
        template_config=make_templates(
            settings, shelf, [it / "templates" for it in (PORTAL, DESK, API)]
        ),
        # Level 9, the framework's own, takes half as long again for a fiftieth of the bytes.
        compression_config=CompressionConfig(
            backend="gzip", gzip_compress_level=4, exclude="^/static/"
        ),
        middleware=_layers(settings),
        state=State(make_state(settings, rehearsed=rehearsed)),
        lifespan=[_opened],
        logging_config=None,
        request_max_body_size=256 * 1024,
        openapi_config=None,
    )
    kept = Kept(app.asgi_handler)
    app.on_startup.append(kept.forget_all)  # another start may be over another database
    app.asgi_handler = around(kept, security_headers(settings))
    return app
