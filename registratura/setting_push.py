"""Reading the settings of the push: the federation's addresses, how long it may take."""

from urllib.parse import urlsplit

_OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


def address(given: str) -> str:
    """An http or https address with its path. Raises `ValueError` in the words of what it should
    be."""
    expected = ValueError("нечто вида https://example.org/fer/status")
    try:
        parts = urlsplit(given)
        whole = parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        raise expected from None
    if parts.scheme not in ("http", "https") or not whole or parts.username or parts.fragment:
        raise expected
    return given


def seconds(given: str) -> float:
    """How long an answer may take. Raises `ValueError` likewise."""
    try:
        number = float(given)
    except ValueError:
        number = 0.0
    if not 0.1 <= number <= 120:
        raise ValueError("число секунд от 0.1 до 120")
    return number


def is_open(given: str) -> bool:
    """Whether what goes there can be read on the way: plain http to another machine."""
    parts = urlsplit(given)
    return parts.scheme == "http" and parts.hostname not in _OWN_MACHINE
