"""Applications made once and used again: a third of a second each, and their templates compiled.

Whoever borrows one has it alone; it gets a state of its own, so that nothing is left of whoever had
it before. One that a test has added a handler to is not used again.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from litestar import Litestar

_shelf: dict[Hashable, list[Litestar]] = defaultdict(list)


@contextmanager
def borrowed(
    key: Hashable, make: Callable[[], Litestar], state: Callable[[], dict[str, Any]]
) -> Iterator[Litestar]:
    """An application as `make` makes it, with what `state` says in its state.

    `key` names everything that the application was made from, but for what its state holds.
    """
    app = _shelf[key].pop() if _shelf[key] else make()
    doors = len(app.routes)
    app.state.clear()
    app.state.update(state())
    yield app
    if len(app.routes) == doors:  # and not where the test has failed
        _shelf[key].append(app)
