"""A page of the desk: headed by who works."""

from typing import Any

from litestar.response import Template

from registratura.web import page
from registratura.web.duty import Duty


def desk_page(template: str, duty: Duty | None, *, status: int = 200, **context: Any) -> Template:
    """Render `template`; without `duty`, for somebody who is only on his way to work."""
    return page(f"desk/{template}", visitor=None, status=status, duty=duty, **context)
