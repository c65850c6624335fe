"""Builds the stand-in: database, key, pages, protocol; everything in one small ASGI application."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from litestar import Litestar, Request
from litestar.datastructures import MutableScopeHeaders, State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.types import BeforeMessageSendHookHandler, Message, Scope

from registratura_ground.forgery import Forms
from registratura_ground.look.static import static_route
from registratura_standins.esia import (
    authorise,
    cabinet,
    exchange,
    grant,
    login,
    login_api,
    own_child_account,
    own_children,
    own_contacts,
    own_papers,
    own_security,
    pages,
    profile,
    proving,
    public,
    recovery,
    refusals,
    registration,
    second_step,
)
from registratura_standins.esia.browsers import cookie_of
from registratura_standins.esia.cookies import cookie_name
from registratura_standins.esia.database import Connection, Pool, migrate, open_pool
from registratura_standins.esia.owners import Owner, SignedOut, find_owner
from registratura_standins.esia.provider import Identity, Provider, open_provider
from registratura_standins.esia.sessions import Session, find_session, sweep
from registratura_standins.esia.settings import Settings

AnyRequest = Request[Any, Any, Any]
_LARGEST_BODY = 256 * 1024
ROUTES = (
    authorise.authorise,
    exchange.exchange,
    profile.read_profile,
    login.show_login,
    login.sign_in,
    login.sign_out,
    second_step.show_code,
    second_step.check_code,
    second_step.send_code_again,
    second_step.ask_app,
    login_api.show_config,
    login_api.sign_in,
    login_api.verify_code,
    login_api.skip_offer,
    login_api.show_next_step,
    grant.show_consent,
    grant.answer_consent,
    registration.show_registration,
    registration.ask_registration,
    registration.show_first_password,
    registration.open_account,
    recovery.show_recovery,
    recovery.ask_recovery,
    recovery.show_new_password,
    recovery.set_new_password,
    recovery.show_recovered,
    proving.show_proof,
    proving.check_proof,
    proving.prove_again,
    cabinet.show_account,
    cabinet.revoke_consent,
    own_papers.show_papers,
    own_papers.send_papers,
    own_papers.show_confirmation,
    own_papers.confirm,
    own_papers.show_policy,
    own_papers.save_policy,
    own_contacts.show_contact,
    own_contacts.ask_contact,
    own_contacts.show_proven,
    own_contacts.save_contact,
    own_children.show_new_child,
    own_children.add_child,
    own_children.verify_child,
    own_children.remove_child,
    own_child_account.show_child_phone,
    own_child_account.ask_child_phone,
    own_child_account.show_child_password,
    own_child_account.open_child_account,
    own_security.show_password,
    own_security.change_password,
    own_security.show_second_step,
    own_security.choose_second_step,
    own_security.show_enrolment,
    own_security.enrol,
    own_security.end_sessions,
    own_security.end_session,
    public.log_out,
    public.send_certificates,
    public.send_certificate,
    public.show_messages,
    public.show_help,
    public.show_terms,
    public.set_vision,
    public.check_health,
)


async def _db(request: AnyRequest) -> AsyncIterator[Connection]:
    pool: Pool = request.app.state.pool
    async with pool.connection() as connection:
        yield connection


def _provider(state: State) -> Provider:
    provider: Provider = state.provider
    return provider


def _now() -> datetime:
    return datetime.now(UTC)


async def _session(
    request: AnyRequest, db: Connection, provider: Provider, now: datetime
) -> Session | None:
    return await find_session(db, cookie_of(request, provider, "session"), now)


async def _owner(db: Connection, session: Session | None) -> Owner:
    owner = await find_owner(db, session.oid) if session else None
    if owner is None:
        raise SignedOut
    return owner


@asynccontextmanager
async def _running(app: Litestar) -> AsyncIterator[None]:
    settings: Settings = app.state.provider.settings
    await migrate(settings.database_url)
    app.state.pool = await open_pool(settings.database_url)
    async with app.state.pool.connection() as db:
        await sweep(db, datetime.now(UTC))
    try:
        yield
    finally:
        await app.state.pool.close()


def _headers(settings: Settings) -> dict[str, str]:
    """Of every answer; a page names the origins of clients in its own policy."""
    headers = {
        "Content-Security-Policy": pages.make_policy(),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    if settings.secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return headers


def _make_header_hook(settings: Settings) -> BeforeMessageSendHookHandler:
    ordinary = _headers(settings)

    async def add_headers(message: Message, scope: Scope) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            for name, text in ordinary.items():
                headers.setdefault(name, text)

    return add_headers


def _forms(settings: Settings, provider: Provider) -> DefineMiddleware:
    return DefineMiddleware(
        Forms,
        secret=provider.secret,
        public_url=settings.public_url,
        session_cookie=cookie_name(settings, "session"),
        token_cookie=cookie_name(settings, "csrf"),
    )


def create_app(settings: Settings, identities: Mapping[str, Identity] | None = None) -> Litestar:
    """The application; keys and certificates are made here, the schema at its start."""
    provider = open_provider(settings, identities)
    shelf = pages.make_shelf()
    return Litestar(
        [*ROUTES, static_route(shelf)],
        state=State({"provider": provider}),
        dependencies={
            "db": Provide(_db),
            "provider": Provide(_provider, sync_to_thread=False),
            "now": Provide(_now, sync_to_thread=False),
            "session": Provide(_session),
            "owner": Provide(_owner),
        },
        lifespan=[_running],
        template_config=pages.make_templates(settings, shelf),
        middleware=[_forms(settings, provider)],
        exception_handlers=refusals.HANDLERS,
        before_send=[_make_header_hook(settings)],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=_LARGEST_BODY,
    )
