"""`registratura-gosuslugi`: starts the stand-in of the federal portal."""

import sys

import click
import uvicorn

from registratura_ground.refused import Refused
from registratura_standins.gosuslugi.app import create_app
from registratura_standins.gosuslugi.settings import read_settings


@click.group()
def main() -> None:
    """Учебный стенд федерального портала."""


@main.command()
def serve() -> None:
    """Отвечать на GOSUSLUGI_PORT, обычно 8002."""
    try:
        settings = read_settings()
    except Refused as fault:
        click.echo(str(fault), err=True)
        sys.exit(2)
    uvicorn.run(create_app(settings), host="127.0.0.1", port=settings.port, access_log=False)


if __name__ == "__main__":
    main()
