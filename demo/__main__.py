"""`python -m demo write PATH [--size small] [--seed 40] [--today 2026-11-25]`."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from demo import folder
from demo.sizes import SIZES


@click.group()
def main() -> None:
    """Учебный регион: все люди в нём вымышлены."""


@main.command()
@click.argument("path", type=click.Path(file_okay=False, path_type=Path))
@click.option("--size", type=click.Choice(list(SIZES)), default="small", show_default=True)
@click.option("--seed", type=int, default=40, show_default=True)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    default=lambda: datetime.now(ZoneInfo("Europe/Moscow")),
    help="От какого дня считать отсутствия и направления; обычно от нынешнего.",
)
def write(path: Path, size: str, seed: int, today: datetime) -> None:
    """Записать в папку PATH файлы для команды registratura load-region."""
    try:
        folder.write(path, SIZES[size], seed, today.date())
    except OSError as error:
        click.echo(f"Не удаётся записать {error.filename}: {error.strerror}.", err=True)
        raise SystemExit(2) from None
    click.echo(f"Регион записан в {path}: размер {size}, жителей {SIZES[size].persons}.")


if __name__ == "__main__":
    main(prog_name="python -m demo")
