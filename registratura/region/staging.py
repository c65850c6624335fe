"""Temporary tables that hold the files as they are, line numbers included, until checked."""

from pathlib import Path

from psycopg import sql

from registratura.db import Connection
from registratura.region.files import FILES, File
from registratura.region.reading import Reader
from registratura.region.report import Faults


async def stage(db: Connection, folder: Path, faults: Faults) -> dict[str, Reader]:
    """Copy every file into its table; the readers of those that are there, with what they saw.

    Faulty cells go to `faults`. Raises `FileBroken` at the first file that is no table.
    """
    readers = {}
    for file in FILES:
        await _make_table(db, file)
        if not file.needed and not (folder / file.file_name).exists():
            continue  # its table stays empty: nothing to check, nothing to move
        readers[file.name] = reader = Reader(folder, file, faults)
        await _copy(db, file, reader)
        await db.execute(sql.SQL("analyze {}").format(sql.Identifier(file.staging)))
    return readers


async def _make_table(db: Connection, file: File) -> None:
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(column.type))
        for column in file.columns
    ]
    await db.execute(
        sql.SQL("create temporary table {} (line integer, {}) on commit drop").format(
            sql.Identifier(file.staging), sql.SQL(", ").join(columns)
        )
    )


async def _copy(db: Connection, file: File, reader: Reader) -> None:
    names = [sql.Identifier("line"), *(sql.Identifier(column.name) for column in file.columns)]
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(file.staging), sql.SQL(", ").join(names)
    )
    async with db.cursor() as cursor, cursor.copy(statement) as copy:
        for chunk in reader.chunks():
            await copy.write(chunk)
