"""The portal under uvicorn: one process or several over one port."""

import asyncio
import contextlib
import gc
import socket

import uvicorn
from litestar import Litestar
from uvicorn.supervisors import Multiprocess

from registratura.db.reachability import check_humble, check_reachable
from registratura.esia import check_sign_on
from registratura.settings import Settings, variable
from registratura.web import logs
from registratura_ground.refused import Refused

MOST_AT_ONCE = 1000  # connections of a process: the last wall, behind the guard of `web.lending`
GRACE_SECONDS = 10  # for requests under way when it is told to stop


def application() -> Litestar:
    """What each worker process of uvicorn runs, by the settings of its environment."""
    from registratura.app import create_app  # not needed by the parent of several workers

    logs.configure()
    app = create_app(Settings.from_environment(), rehearsed=True)
    # What stands now stands to the end: the collector, which stops everybody, need not look at it.
    gc.collect()
    gc.freeze()
    return app


def serve(settings: Settings, workers: int) -> None:
    """Serve until SIGINT or SIGTERM. Refuses a busy port, an unreachable database, a broken key."""
    asyncio.run(check_database(settings))
    check_sign_on(settings)
    listening = _listen(settings.host, settings.port)
    logs.configure()
    config = uvicorn.Config(
        "registratura.serving:application",
        factory=True,
        workers=workers,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,  # addresses hold codes; the application logs what may be told
        log_config=None,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    with contextlib.suppress(KeyboardInterrupt):
        if workers == 1:
            uvicorn.Server(config).run(sockets=[listening])
        else:
            Multiprocess(config, sockets=[listening]).run()


async def check_database(settings: Settings) -> None:
    """Refuse where the database does not answer; in production also a role of too many rights."""
    await check_reachable(settings.database_url, variable("database_url"))
    if settings.production:
        await check_humble(settings.database_url, variable("database_url"))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as fault:
        listening.close()
        name = variable("port")
        raise Refused(
            f"{host}:{port} занят или недоступен ({fault.strerror}): задайте другой, {name}=…"
        ) from None
    listening.set_inheritable(True)
    return listening
