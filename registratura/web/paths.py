"""Addresses inside the site that came from outside: where `next` and `back` may lead."""

from urllib.parse import quote, urlsplit

from litestar.response import Redirect

_LONGEST = 500


def safe_path(candidate: object, otherwise: str = "/") -> str:
    """`candidate` if it is a path on this site, else `otherwise`.

    A path begins with one slash and holds printable ASCII only: no `//host`, no `\\\\host`
    (browsers read a backslash as a slash), no scheme, no control characters or blanks.
    """
    if not isinstance(candidate, str) or not 0 < len(candidate) <= _LONGEST:
        return otherwise
    if not all("!" <= letter <= "~" for letter in candidate) or "\\" in candidate:
        return otherwise
    if not candidate.startswith("/") or candidate.startswith("//"):
        return otherwise
    try:
        parts = urlsplit(candidate)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else candidate


def path_of(referer: str | None, public_url: str) -> str:
    """The path of a Referer of our own site, else `/`."""
    if not referer or not referer.startswith(public_url.rstrip("/") + "/"):
        return "/"
    return safe_path(referer[len(public_url.rstrip("/")) :])


def with_next(address: str, next_path: str) -> str:
    """`/signin` and `/check?slot=1` → `/signin?next=%2Fcheck%3Fslot%3D1`."""
    return f"{address}?next={quote(next_path, safe='')}"


def redirect(path: str) -> Redirect:
    """303 See Other to a path or address of ours: what follows a POST is a GET."""
    return Redirect(path, status_code=303)
