"""The kit every face with pages stands on: visitors, guards, pages, errors, words for dates."""

from registratura.web.guards import has_session, on_duty, only, signed_in
from registratura.web.pages import page
from registratura.web.paths import redirect, safe_path
from registratura.web.visitor import Visitor

__all__ = [
    "Visitor",
    "has_session",
    "on_duty",
    "only",
    "page",
    "redirect",
    "safe_path",
    "signed_in",
]
