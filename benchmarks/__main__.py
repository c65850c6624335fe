"""`python -m benchmarks [KEY …]`: measurements that anyone can run again; they judge nothing.

Without a key, all of them. Prints one table, beside each number missed its target, and writes
`var/bench.json`.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from benchmarks import results, stage
from benchmarks.api import book_api
from benchmarks.booking import book_portal
from benchmarks.crowd import hot_slot, rush
from benchmarks.federation import book_federal
from benchmarks.growth import growth
from benchmarks.mixed import mixed
from benchmarks.pages import pages
from benchmarks.results import Result
from benchmarks.searching import search_clinic, search_doctor
from benchmarks.stage import MEASURED, Stage
from benchmarks.worker import worker

KEYS: Mapping[str, Callable[[Stage, str], Result]] = {
    "book_api": book_api,
    "book_portal": book_portal,
    "book_federal": book_federal,
    "search_doctor": search_doctor,
    "search_clinic": search_clinic,
    "pages": pages,
    "hot_slot": hot_slot,
    "rush": rush,
    "worker": worker,
    "mixed": mixed,
    "growth": growth,
}


@click.command()
@click.argument("keys", nargs=-1, type=click.Choice(list(KEYS)))
@click.option("--size", type=click.Choice(MEASURED), default="small", show_default=True)
@click.option("--keep", type=click.Path(path_type=Path), help="Folder whose server is kept.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("var/bench.json"))
def main(keys: tuple[str, ...], size: str, keep: Path | None, out: Path) -> None:
    """Measure what KEYS name, on a clean server of its own."""
    with TemporaryDirectory(prefix="registratura-bench-") as folder:
        var = keep or Path(folder)
        with stage.opened(var, keep=keep is not None) as open_stage:
            server = open_stage.settings()
            print(", ".join(f"{name} {text}" for name, text in server.items()), flush=True)
            found, failed = [], []
            for key in keys or KEYS:
                print(f"{key} …", flush=True)
                try:
                    found.append(KEYS[key](open_stage, size))
                except RuntimeError as fault:  # the other measurements are worth their time
                    failed.append(f"{key} FAILED: {fault}")
    print("\n".join([*results.table(found), *failed]))
    results.write(out, found, server)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
