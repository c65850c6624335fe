"""Where the stand-in keeps its data: the database it is given, or an embedded server of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from registratura_ground import embedded
from registratura_standins.esia.settings import Settings

NAME = "esia"  # of the database and of its role


@contextmanager
def open_database(settings: Settings) -> Iterator[str]:
    """Address of the database. An embedded server runs as long as this lasts, unless another
    command of the stand-in has started it already.

    Refuses in one sentence where it cannot be started.
    """
    if settings.database_url:
        yield settings.database_url
        return
    folder = settings.var / "postgres"
    running = embedded.find_url(folder, NAME, NAME)
    if running and _answers(running):
        yield running
        return
    server = embedded.start(folder)
    try:
        server.ensure_role(NAME)
        server.ensure_database(NAME, NAME)
        yield server.url(NAME, NAME)
    finally:
        server.stop()


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:  # what a killed server left behind
        return False
    return True
