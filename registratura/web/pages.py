"""A page: a template, the visitor its header shows, and what else it needs."""

from collections.abc import Iterable
from typing import Any

from litestar.connection import Request
from litestar.datastructures import Cookie
from litestar.response import Template
from litestar.response.base import ASGIResponse

from registratura.web.requests import cookies_of
from registratura.web.tags import is_known, make_tag
from registratura.web.visitor import Visitor

_Asking = Request[Any, Any, Any]


def page(
    template: str,
    *,
    visitor: Visitor | None,
    status: int = 200,
    cookies: Iterable[Cookie] = (),
    **context: object,
) -> Template:
    """Render `template`. Nobody stores it (`web.around`), but for an open page that nobody has
    signed in to see: that one the visitor's own browser keeps, and asks each time whether it is
    still the same.

    Every template also sees `request`, `settings`, `now`, `today`, and the filters of
    `web.templates`.
    """
    return _Page(
        template_name=template,
        context={"visitor": visitor, **context},
        status_code=status,
        media_type="text/html",
        cookies=list(cookies),
    )


class _Page(Template):
    """A page on its way: it alone knows both who asks and what is answered."""

    # The framework calls it by these names, and the rest goes on as it came.
    def to_asgi_response(self, app: None, request: _Asking, **told: Any) -> ASGIResponse:  # type: ignore[override]
        """The answer; an open page has its tag, and no body where the browser has it already."""
        answer = super().to_asgi_response(app, request, **told)
        if not _is_open(request, answer):
            return answer
        headers = {"Cache-Control": "private, no-cache", "Vary": "Cookie"}
        if not _sets_cookies(request, answer):
            headers["ETag"] = make_tag(answer.body)
            if is_known(headers["ETag"], request.headers.get("if-none-match", "")):
                headers["Vary"] += ", Accept-Encoding"  # what is packed gets it on its way
                return ASGIResponse(status_code=304, headers=headers)
        for name, text in headers.items():
            answer.headers.add(name, text)
        return answer


def _is_open(request: _Asking, answer: ASGIResponse) -> bool:
    """Looked at, not sent; whole; and it was asked who is there, but nobody is signed in."""
    nobody = request.scope["state"].get("visitor", request) is None
    return request.method == "GET" and answer.status_code == 200 and nobody


def _sets_cookies(request: _Asking, answer: ASGIResponse) -> bool:
    """A browser without the form's token gets one along with the page (`ground.forgery`)."""
    own = any(name == b"set-cookie" for name, _ in answer.encode_headers())
    return own or cookies_of(request).name("csrf") not in request.cookies
