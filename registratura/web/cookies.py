"""Names and attributes of the registry's cookies: three applications may share one host."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from litestar.datastructures import Cookie

Purpose = Literal["session", "csrf", "signin", "vision", "wrote"]


@dataclass(frozen=True)
class Cookies:
    """`secure` when the site's public address is https; then every name gets `__Host-`."""

    secure: bool

    @classmethod
    def of(cls, public_url: str) -> "Cookies":
        """The cookies of a site at that address."""
        return cls(secure=public_url.startswith("https:"))

    def name(self, purpose: Purpose) -> str:
        """`registratura_session`, with its prefix."""
        return f"{'__Host-' if self.secure else ''}registratura_{purpose}"

    def make(
        self,
        purpose: Purpose,
        value: str,
        lasts: timedelta | None = None,
    ) -> Cookie:
        """A cookie that no script reads; without `lasts` it goes when the browser closes."""
        return Cookie(
            key=self.name(purpose),
            value=value,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
            max_age=None if lasts is None else int(lasts.total_seconds()),
        )

    def forget(self, purpose: Purpose) -> Cookie:
        """The cookie that removes one."""
        return self.make(purpose, "", timedelta(0))
