"""`registratura load-region PATH`: the load for an operator, in sentences and an exit status."""

import sys
from datetime import datetime
from pathlib import Path

import psycopg

from registratura.region.loading import load
from registratura.region.report import RegionBroken


async def load_region(database_url: str, folder: Path, *, now: datetime) -> int:
    """Load the folder and say what happened; 0, or 2 where nothing was written.

    A database that does not answer raises `psycopg.OperationalError`.
    """
    async with await psycopg.AsyncConnection.connect(
        database_url, autocommit=True, connect_timeout=5
    ) as db:
        try:
            report = await load(db, folder, now=now)
        except RegionBroken as broken:
            for line in broken.faults.lines():
                print(line, file=sys.stderr)
            if broken.faults.total > 1:
                print(f"Всего ошибок: {broken.faults.total}.", file=sys.stderr)
                print("Ничего не загружено.", file=sys.stderr)
            return 2
    print("\n".join(report.lines()))
    return 0
