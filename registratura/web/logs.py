"""Logs: one JSON object a line on standard error, by structlog; libraries' loggers join in."""

import contextlib
import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import psycopg
import structlog


class _Lines(structlog.WriteLogger):
    """Lines that never break what they tell of: a full disk or a closed pipe loses the line."""

    def msg(self, message: str) -> None:
        """Write it, if it can be written."""
        with contextlib.suppress(OSError, ValueError):
            super().msg(message)

    log = debug = info = warn = warning = fatal = failure = err = error = critical = exception = msg


def configure(level: int = logging.INFO) -> None:
    """Set up logging of this process. Doing it twice is no fault.

    Our own lines go straight out: the way through `logging` costs three times as much.
    """
    marked: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    written: list[structlog.typing.Processor] = [
        _describe_exception,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    structlog.configure(
        processors=[*marked, *written],
        logger_factory=lambda *_: _Lines(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*marked, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *written],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "multipart"):  # httpx would log addresses with codes
        logging.getLogger(noisy).setLevel(logging.WARNING)


def fault(error: BaseException) -> dict[str, object]:
    """What may be logged of an exception: its kind and its way through the code.

    Never its text: a database quotes the row that it refused, a parser what was typed.
    """
    told: dict[str, object] = {"error": type(error).__qualname__, "trace": _trace(error)}
    if isinstance(error, psycopg.Error):
        told["sqlstate"] = error.sqlstate
        told["constraint"] = error.diag.constraint_name
    return told


def _trace(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def _describe_exception(
    _: Any, __: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace `exc_info` of any logger by what may be told."""
    info: object = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, tuple) and isinstance(info[1], BaseException):
        event.update(fault(info[1]))
    elif isinstance(info, BaseException):
        event.update(fault(info))
    return event
