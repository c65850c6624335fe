"""Whether a database can be worked with, told in one sentence that holds no secret."""

import psycopg

from registratura.db.query import value
from registratura_ground.refused import Refused

# libpq's words → ours. Its own text is never shown: of a mistyped address it may quote a password.
_REASONS = (
    ("password authentication failed", "роль или пароль не подходят"),
    ("no password supplied", "нужен пароль"),
    ("no pg_hba.conf entry", "сервер не пускает эту роль с этой машины"),
    ("permission denied for database", "у роли нет права соединяться с этой базой"),
    ('" does not exist', "такой базы или роли нет"),
    ("could not translate host name", "узел не найден"),
    ("failed to resolve host", "узел не найден"),
    ("Connection refused", "на этом узле и порту никто не отвечает"),
    ("No such file or directory", "такого сокета нет"),
    ("timeout expired", "узел не отвечает"),
    ("starting up", "сервер ещё запускается"),
)


async def check_reachable(url: str, variable: str) -> None:
    """Connect once. Refuses in one sentence that names the variable."""
    try:
        connection = await psycopg.AsyncConnection.connect(url, connect_timeout=5)
        await connection.close()
    except psycopg.Error as fault:
        told = str(fault)
        reason = next((ours for theirs, ours in _REASONS if theirs in told), "адрес неверен")
        raise Refused(f"{variable}: база данных недоступна, {reason}.") from None


async def check_humble(url: str, variable: str) -> None:
    """Refuse to run as a superuser or as the owner of the database: they pass every wall."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as db:
        proud = await value(
            db,
            """
            select rolsuper or pg_has_role(current_user, datdba, 'member')
              from pg_roles, pg_database
             where rolname = current_user and datname = current_database()
            """,
        )
    if proud:
        raise Refused(f"{variable}: роль владеет базой; приложению нужна роль registratura_app.")
