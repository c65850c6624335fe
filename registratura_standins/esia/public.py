"""What anybody may open: logout, certificate, messages, help, look, health."""

import io
import zipfile
from datetime import datetime, timedelta
from typing import Any

from litestar import MediaType, Request, Response, get, post
from litestar.exceptions import NotFoundException
from litestar.response import Redirect

from registratura_ground.look.vision import Vision
from registratura_standins.esia.browsers import cookie_of, typed
from registratura_standins.esia.clients import find_client
from registratura_standins.esia.cookies import forget_cookie, make_cookie
from registratura_standins.esia.database import Connection, value
from registratura_standins.esia.demo_accounts import PASSWORD, search_demo
from registratura_standins.esia.messages import search_messages
from registratura_standins.esia.pages import page
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.sessions import end_session

AnyRequest = Request[Any, Any, Any]
_YEAR = int(timedelta(days=365).total_seconds())


@get("/idp/ext/Logout", exclude_from_csrf=True, name="logout")
async def log_out(
    request: AnyRequest,
    db: Connection,
    provider: Provider,
    client_id: str = "",
    redirect_url: str = "",
) -> Response[Any]:
    """End the browser's session; onward only to a host registered for this client."""
    await end_session(db, cookie_of(request, provider, "session") or "")
    client = await find_client(db, client_id) if client_id.isprintable() else None
    cookies = [forget_cookie(provider.settings, "session")]
    if client is not None and client.may_answer_to(redirect_url):
        return Redirect(redirect_url, status_code=302, cookies=cookies)
    return await page(db, "signed_out.html", cookies=cookies)


@get("/public/esia.zip", exclude_from_csrf=True, name="certificates")
async def send_certificates(provider: Provider) -> Response[bytes]:
    """The certificates that check our tokens, in an archive as the original hands them out."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for mode, identity in provider.identities.items():
            name = f"{mode.upper()}/esia.crt"
            item = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
            archive.writestr(item, identity.certificate_pem)
    return Response(packed.getvalue(), media_type="application/zip")


@get(["/public/esia.pem", "/public/esia-gost.pem"], exclude_from_csrf=True, name="certificate")
async def send_certificate(request: AnyRequest, provider: Provider) -> Response[bytes]:
    """One of them by itself. 404 for GOST without its engine."""
    mode = "gost" if request.scope["path"].rstrip("/").endswith("-gost.pem") else "rsa"
    if mode not in provider.identities:
        raise NotFoundException
    pem = provider.identities[mode].certificate_pem
    return Response(pem, media_type="application/x-pem-file")


@get("/messages", name="messages")
async def show_messages(db: Connection) -> Response[Any]:
    """The SMS that a telephone would have received."""
    return await page(db, "messages.html", messages=await search_messages(db))


@get("/help", name="help")
async def show_help(db: Connection) -> Response[Any]:
    """What this stand-in is and how to sign in."""
    accounts = await search_demo(db)
    return await page(db, "help.html", accounts=accounts, password=PASSWORD)


@get("/terms", name="terms")
async def show_terms(db: Connection) -> Response[Any]:
    """What may be done here, and what may not."""
    return await page(db, "terms.html")


@post("/vision", status_code=303)
async def set_vision(request: AnyRequest, provider: Provider) -> Redirect:
    """Keep the settings of the look for a year; back to the page, if it is one of ours."""
    form = await request.form()
    chosen = Vision() if typed(form, "reset") else Vision.chosen(dict(form))
    cookie = make_cookie(provider.settings, "vision", chosen.cookie, _YEAR)
    if not chosen.cookie:
        cookie = forget_cookie(provider.settings, "vision")
    back = typed(form, "back")
    plain = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    return Redirect(back if plain else "/account", status_code=303, cookies=[cookie])


@get("/healthz", exclude_from_csrf=True, name="health", media_type=MediaType.JSON)
async def check_health(db: Connection, now: datetime) -> dict[str, str]:
    """The application answers and reaches its database."""
    await value(db, "select 1")
    return {"status": "ok"}
