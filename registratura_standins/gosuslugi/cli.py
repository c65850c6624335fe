"""`registratura-gosuslugi`: starts the stand-in of the federal portal."""

import logging
import socket
import sys

import click
import uvicorn

from registratura_ground.refused import Refused
from registratura_standins.gosuslugi.app import create_app
from registratura_standins.gosuslugi.settings import read_settings


@click.group()
def main_group() -> None:
    """Учебный стенд федерального портала."""


@main_group.command()
def serve() -> None:
    """Run the stand-in until it is stopped."""
    settings = read_settings()
    listening = _listen(settings.port)
    config = uvicorn.Config(
        create_app(settings), access_log=False, log_level=logging.WARNING, server_header=False
    )
    uvicorn.Server(config).run(sockets=[listening])


def main() -> None:
    """The command; what cannot be is one sentence and exit status 2."""
    try:
        main_group()
    except Refused as fault:
        click.echo(str(fault), err=True)
        sys.exit(2)


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as fault:
        listening.close()
        raise Refused(
            f"Порт {port} занят или недоступен; другой задаёт переменная GOSUSLUGI_PORT."
        ) from fault
    return listening


if __name__ == "__main__":
    main()
