"""The desk's words for a refusal: what the registry said, and the way back to work."""

from litestar.response import Template
from litestar.types import ExceptionHandlersMap

from registratura.desk.pages import desk_page
from registratura.refusal import Refusal
from registratura.web.errors import on_refusal
from registratura.web.limits import TriedTooOften
from registratura.web.requests import AnyRequest


def on_desk_refusal(request: AnyRequest, refusal: Refusal) -> Template:
    """What is not there, or not this desk's, is a page that is not there; else the words, 409."""
    duty = request.scope["state"].get("duty")
    if duty is None or refusal.code.endswith("_unknown"):
        return on_refusal(request, refusal)
    status = 429 if isinstance(refusal, TriedTooOften) else 409
    return desk_page("refused.html", duty, status=status, refusal=refusal)


HANDLERS: ExceptionHandlersMap = {Refusal: on_desk_refusal}
