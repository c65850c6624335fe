"""What a log may hold of a fault: its kind and where it happened, nobody's data."""

import traceback
from pathlib import Path


def fault(error: BaseException) -> dict[str, object]:
    """Fields of the line of log. The fault's own words may quote what somebody typed."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(it.filename).name}:{it.lineno}" for it in frames]
    return {"kind": type(error).__name__, "at": places[-6:]}
