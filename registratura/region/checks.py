"""What the rows say of one another: repeated keys and missing references, for every file."""

from psycopg import sql
from psycopg.rows import tuple_row

from registratura.db import Connection
from registratura.region.columns import Column
from registratura.region.consistency import CONSISTENCY
from registratura.region.consistency_booking import BOOKING
from registratura.region.consistency_staff import STAFF
from registratura.region.files import BY_NAME, FILES, File
from registratura.region.report import SHOWN, Fault, Faults

_Query = sql.SQL | sql.Composed


async def check(db: Connection, faults: Faults, *, today: str) -> None:
    """Judge everything staged; what is wrong goes to `faults`. `today` is the region's date."""
    for file in FILES:
        await _check_key(db, file, faults)
        for name in file.unique:
            await _check_unique(db, file, name, faults)
        for column in file.columns:
            if column.refers is not None:
                await _check_reference(db, file, column, BY_NAME[column.refers], faults)
    for rule in (*CONSISTENCY, *BOOKING, *STAFF):
        query = sql.SQL(rule.query)
        await _collect(db, BY_NAME[rule.file], rule.column, query, faults, today=today)


async def _check_key(db: Connection, file: File, faults: Faults) -> None:
    key = sql.SQL(", ").join(map(sql.Identifier, file.key))
    query = sql.SQL(
        """
        select staged.line, format('повторяет строку %%s', twice.line)
        from (
            select {key}, min(line) as line from {staging} group by {key} having count(*) > 1
        ) as twice
        join {staging} as staged on ({staged_key}) is not distinct from ({twice_key})
        where staged.line > twice.line and staged.{first} is not null
        """
    ).format(
        key=key,
        staging=sql.Identifier(file.staging),
        first=sql.Identifier(file.key[0]),
        staged_key=_qualified("staged", file.key),
        twice_key=_qualified("twice", file.key),
    )
    await _collect(db, file, ", ".join(file.key), query, faults)


async def _check_unique(db: Connection, file: File, column: str, faults: Faults) -> None:
    query = sql.SQL(
        """
        select staged.line, format('%%s уже стоит в строке %%s', staged.{column}, first.line)
        from {staging} as staged
        join (
            select {column}, min(line) as line from {staging} group by {column} having count(*) > 1
        ) as first on first.{column} = staged.{column} and first.line < staged.line
        union all
        select staged.line, format('%%s уже записан в базе за кодом %%s', staged.{column}, old.code)
        from {staging} as staged
        join {table} as old on old.{column} = staged.{column} and old.code <> staged.code
        """
    ).format(
        column=sql.Identifier(column),
        staging=sql.Identifier(file.staging),
        table=sql.Identifier(file.table),
    )
    await _collect(db, file, column, query, faults)


async def _check_reference(
    db: Connection, file: File, column: Column, target: File, faults: Faults
) -> None:
    query = sql.SQL(
        """
        select staged.line, format('нет строки с кодом «%%s» в {file_name}', staged.{column})
        from {staging} as staged
        left join {target_staging} as target on target.code = staged.{column}
        where staged.{column} is not null and target.code is null
          and not exists (select from {table} as old where old.{key} = staged.{column})
        """
    ).format(
        file_name=sql.SQL(target.file_name),
        column=sql.Identifier(column.name),
        staging=sql.Identifier(file.staging),
        target_staging=sql.Identifier(target.staging),
        table=sql.Identifier(target.table),
        key=sql.Identifier(target.table_key),
    )
    await _collect(db, file, column.name, query, faults)


async def _collect(
    db: Connection, file: File, column: str, query: _Query, faults: Faults, **parameters: object
) -> None:
    """Run a query of line and reason; show the first, count the rest."""
    limited = sql.SQL(
        "select found.line, found.reason, count(*) over () from ({}) as found (line, reason)"
        " order by found.line limit {}"
    ).format(query, sql.Literal(SHOWN))
    async with db.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(limited, parameters)
        found = await cursor.fetchall()
    for line, reason, _ in found:
        faults.add(Fault(file.file_name, line, column, reason))
    if found:
        faults.count_unseen(found[0][2] - len(found))


def _qualified(table: str, columns: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(table, column) for column in columns)
