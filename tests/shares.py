"""Which tests one process keeps together, and which shares begin first: pytest-xdist asks.

Its own groups are none with pytest 9.2, and nothing fails (pytest-xdist, issue 1386): two processes
started a demo and a browser each.
"""

import pytest
from xdist.scheduler import LoadScopeScheduling

JOURNEYS, OTHER_DAYS, RUNNING_ESIA = "journeys", "other days", "running ЕСИА"

# How the id of a test begins → its share; the first that fits. Any other: those of its file.
TOGETHER = {
    "tests/journeys/test_main_journey.py::test_the_walk_passes_at_any_minute": OTHER_DAYS,
    "tests/journeys/": JOURNEYS,
    "tests/esia_standin/test_independent_client.py": RUNNING_ESIA,
    "tests/esia_standin/test_look.py": RUNNING_ESIA,
}

# From twenty seconds on: none of them is to begin when everybody else has done.
FIRST = (
    JOURNEYS,
    OTHER_DAYS,
    "tests/api/test_document.py",
    "tests/booking/test_model.py",
    "tests/booking/test_endings.py",
    "tests/running/test_embedded.py",
    "tests/running/test_commands.py",
    "tests/running/test_paths.py",
    RUNNING_ESIA,
    "tests/esia_standin/test_running.py",
    "tests/faults/test_short_run.py",
)


def share_of(nodeid: str) -> str:
    """The share of a test, by its id."""
    its = (share for begin, share in TOGETHER.items() if nodeid.startswith(begin))
    return next(its, nodeid.partition("::")[0])


def in_order(items: list[pytest.Item]) -> list[pytest.Item]:
    """The shares that begin first, then the others as they were; a share stands together."""
    shares = list(dict.fromkeys([*FIRST, *(share_of(it.nodeid) for it in items)]))
    return sorted(items, key=lambda it: shares.index(share_of(it.nodeid)))


class Shares(LoadScopeScheduling):
    """Whoever has nearly done his share gets the next one."""

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)
