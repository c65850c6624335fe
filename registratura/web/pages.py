"""A page: a template, the visitor its header shows, and what else it needs."""

from collections.abc import Iterable

from litestar.datastructures import Cookie
from litestar.response import Template

from registratura.web.visitor import Visitor

PERSONAL = "no-store"
PUBLIC = "private, no-cache"


def page(
    template: str,
    *,
    visitor: Visitor | None,
    status: int = 200,
    cookies: Iterable[Cookie] = (),
    **context: object,
) -> Template:
    """Render `template`. A page for somebody signed in is never stored by browser or proxy.

    Every template also sees `request`, `settings`, `now`, `today`, and the filters of
    `web.templates`.
    """
    return Template(
        template_name=template,
        context={"visitor": visitor, **context},
        status_code=status,
        media_type="text/html",
        headers={"Cache-Control": PUBLIC if visitor is None else PERSONAL},
        cookies=list(cookies),
    )
