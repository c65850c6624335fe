"""What comes next in a sign-on: the login, the consent, or the client with a code or a fault."""

from datetime import datetime
from urllib.parse import quote

from litestar.response import Redirect

from registratura_standins.esia.accounts import find_account
from registratura_standins.esia.authorisations import Authorisation
from registratura_standins.esia.consents import is_consent_needed
from registratura_standins.esia.cookies import make_cookie
from registratura_standins.esia.database import Connection
from registratura_standins.esia.faults import Fault
from registratura_standins.esia.permits import give_permit
from registratura_standins.esia.provider import Provider
from registratura_standins.esia.sessions import Session
from registratura_standins.esia.tokens import make_code


async def proceed(
    db: Connection,
    provider: Provider,
    session: Session | None,
    asked: Authorisation,
    now: datetime,
) -> Redirect:
    """The next step of this sign-on; a fault of the owner's account goes back to the client."""
    if session is None:
        return _to_login(provider, asked)
    try:
        await _check_owner(db, session, asked)
        if await is_consent_needed(db, session.oid, asked, now):
            return Redirect(f"/consent?ask={asked.id}", status_code=302)
        code = await make_code(provider.signer_for(asked.mode), provider.settings.issuer, now)
    except Fault as fault:
        return answer_fault(asked.redirect_uri, asked.state, fault)
    if not await give_permit(db, session, asked, code, now):
        return _to_login(provider, asked)  # signed out, or the consent taken back, meanwhile
    return _answer(asked.redirect_uri, {"code": code, "state": asked.state})


def answer_fault(redirect_uri: str, state: str, fault: Fault) -> Redirect:
    """Back to the client with a fault, the fields in the original's order."""
    return _answer(
        redirect_uri,
        {"error_description": fault.description, "state": state, "error": fault.error},
    )


def _to_login(provider: Provider, asked: Authorisation) -> Redirect:
    # The cookie tells the login page's calls in JSON what they sign on to.
    cookies = [make_cookie(provider.settings, "ask", str(asked.id))]
    return Redirect(f"/login?ask={asked.id}", status_code=302, cookies=cookies)


async def _check_owner(db: Connection, session: Session, asked: Authorisation) -> None:
    """Refuses 007055 an unconfirmed account where the client takes confirmed ones only, 007046 one
    without a second step where it is demanded, 007194 every organisation: nobody is in any."""
    account = await find_account(db, session.oid)
    if account is None:
        raise Fault("007004")
    if asked.confirmed_only and not account.trusted:
        raise Fault("007055")
    if asked.second_step_only and not account.second_step:
        raise Fault("007046")
    if asked.scope_org:
        raise Fault("007194")


def _answer(redirect_uri: str, fields: dict[str, str]) -> Redirect:
    query = "&".join(f"{name}={quote(text, safe='')}" for name, text in fields.items() if text)
    return Redirect(f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{query}", status_code=302)
