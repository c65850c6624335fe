"""Tags of answers (RFC 9110, 8.8.3): by one a caller says which answer he has already."""

import hashlib


def make_tag(body: bytes) -> str:
    """The tag of an answer with that body. Weak: it is the same answer packed and unpacked."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def is_known(tag: str, named: str) -> bool:
    """Whether `If-None-Match: named` names the tag, compared weakly (RFC 9110, 13.1.2)."""
    names = [_plain(it) for it in named.split(",")]
    return bool(tag) and (_plain(tag) in names or names == ["*"])


def _plain(tag: str) -> str:
    return tag.strip().removeprefix("W/")
