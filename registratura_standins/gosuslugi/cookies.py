"""Names and attributes of the stand-in's cookies: three applications may share one host."""

from litestar.datastructures import Cookie

from registratura_standins.gosuslugi.settings import Settings


def cookie_name(settings: Settings, purpose: str) -> str:
    """`gosuslugi_session`, with `__Host-` where the public address is https."""
    return f"{'__Host-' if settings.secure else ''}gosuslugi_{purpose}"


def make_cookie(settings: Settings, purpose: str, value: str, seconds: int | None = None) -> Cookie:
    """A cookie that no script reads; without `seconds` it goes when the browser closes."""
    return Cookie(
        key=cookie_name(settings, purpose),
        value=value,
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="lax",
        max_age=seconds,
    )


def forget_cookie(settings: Settings, purpose: str) -> Cookie:
    """The cookie that removes one."""
    return make_cookie(settings, purpose, "", 0)
