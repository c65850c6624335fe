"""Builds the stand-in: database, ЕСИА, the region, pages; what is due is done beside them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import structlog
from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.datastructures import MutableScopeHeaders, State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.types import BeforeMessageSendHookHandler, Message, Scope
from psycopg_pool import PoolTimeout

from registratura_ground.forgery import Forms
from registratura_ground.look.static import static_route
from registratura_standins.gosuslugi import (
    appointments,
    asking,
    bookings,
    checking,
    doctors,
    errors,
    home,
    logs,
    pages,
    patient,
    push,
    referrals,
    signin,
    times,
    whom,
)
from registratura_standins.gosuslugi.asking import Line
from registratura_standins.gosuslugi.cookies import cookie_name
from registratura_standins.gosuslugi.database import migrate, open_pool
from registratura_standins.gosuslugi.errands import Errands, break_off
from registratura_standins.gosuslugi.esia import keep_identity, open_esia
from registratura_standins.gosuslugi.region import open_region
from registratura_standins.gosuslugi.sessions import sweep
from registratura_standins.gosuslugi.settings import Settings
from registratura_standins.gosuslugi.visitors import lease_of, newcomer, visitor

_LOG = structlog.get_logger("due")
_LARGEST_BODY = 256 * 1024
_EVERY = 1.0  # seconds between looks at what is due
_SWEPT_EVERY = timedelta(hours=1)
ROUTES = (
    home.show_home,
    home.show_catalogue,
    home.show_service,
    home.show_help,
    home.set_vision,
    home.check_health,
    signin.start,
    signin.finish,
    signin.sign_out,
    whom.ask_whom,
    whom.ask_whom_again,
    whom.begin,
    whom.change,
    patient.ask_patient,
    patient.keep_patient,
    doctors.show_area_doctor,
    doctors.show_positions,
    doctors.show_clinics,
    doctors.show_doctors,
    doctors.choose_doctor,
    referrals.ask_referral,
    referrals.find_referral,
    times.show_times,
    times.choose_time,
    checking.show_check,
    checking.book,
    appointments.show_appointments,
    appointments.show_appointment,
    appointments.ask_to_cancel,
    appointments.cancel,
    push.take_status,
    push.list_statuses,
)


@asynccontextmanager
async def _running(app: Litestar) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    await migrate(settings.database_url)
    app.state.pool = await open_pool(settings.database_url)
    async with app.state.pool.connection() as db:
        await bookings.inherit(db, datetime.now(UTC))
    line = Line(app.state.pool, app.state.region, lease_of(settings))
    due = asyncio.create_task(_do_what_is_due(line))
    try:
        yield
    finally:
        await break_off(due)
        await app.state.errands.end()
        await app.state.region.http.aclose()
        await app.state.esia.http.aclose()
        await app.state.pool.close()


async def _do_what_is_due(line: Line) -> None:
    """Unanswered bookings and cancellings are asked again, for as long as the application lives."""
    swept = datetime.min.replace(tzinfo=UTC)
    while True:
        now = datetime.now(UTC)
        try:
            if now - swept > _SWEPT_EVERY:
                async with line.pool.connection() as db:
                    await sweep(db, now)
                swept = now
            await asking.look_after(line, now)
        except (psycopg.OperationalError, PoolTimeout) as fault:
            _LOG.warning("database", kind=type(fault).__name__)
        except Exception as fault:
            _LOG.error("fault", **logs.fault(fault))
        await asyncio.sleep(_EVERY)


def _make_header_hook(settings: Settings) -> BeforeMessageSendHookHandler:
    ordinary = pages.make_headers(settings)

    async def add_headers(message: Message, scope: Scope) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            for name, text in ordinary.items():
                headers.setdefault(name, text)

    return add_headers


def _walls(settings: Settings) -> DefineMiddleware:
    return DefineMiddleware(
        Forms,
        secret=settings.secret,
        public_url=settings.public_url,
        session_cookie=cookie_name(settings, "session"),
        token_cookie=cookie_name(settings, "csrf"),
    )


def make_state(settings: Settings) -> dict[str, Any]:
    """What an application begins with."""
    return {
        "settings": settings,
        "esia": open_esia(settings),
        "region": open_region(settings),
        "errands": Errands(),
    }


def create_app(settings: Settings) -> Litestar:
    """The application; its key is made here, the schema at its start."""
    keep_identity(settings)
    return Litestar(
        [*ROUTES, static_route(pages.make_shelf())],
        state=State(make_state(settings)),
        dependencies={"newcomer": Provide(newcomer), "visitor": Provide(visitor)},
        lifespan=[_running],
        template_config=pages.make_templates(settings),
        middleware=[_walls(settings)],
        compression_config=CompressionConfig(backend="gzip", exclude="^/static/"),
        exception_handlers=errors.HANDLERS,
        before_send=[_make_header_hook(settings)],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=_LARGEST_BODY,
    )
