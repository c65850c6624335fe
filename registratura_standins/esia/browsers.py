"""What a browser brings: typed fields, cookies, the address that limits are counted for."""

from typing import Any

from litestar import Request
from litestar.datastructures import FormMultiDict

from registratura_standins.esia.cookies import cookie_name
from registratura_standins.esia.provider import Provider

AnyRequest = Request[Any, Any, Any]


def typed(form: FormMultiDict, name: str) -> str:
    """What was typed into a field; empty for a missing one, a file, or text with a zero byte."""
    text = form.get(name, "")
    return text if isinstance(text, str) and "\x00" not in text else ""


async def typed_fields(request: AnyRequest) -> dict[str, str]:
    """Every field of the form that was sent."""
    form = await request.form()
    return {name: typed(form, name) for name in form}


def address_of(request: AnyRequest) -> str:
    """The network address that limits are counted for."""
    return request.client.host if request.client else "unknown"


def cookie_of(request: AnyRequest, provider: Provider, purpose: str) -> str | None:
    """The cookie of ours with this purpose; nothing is known yet of what stands behind it."""
    return request.cookies.get(cookie_name(provider.settings, purpose))
