"""What the region has told of its visits, as a list: for the region's own reconciliation.

The profile has no such call; its form is agreed with the region (docs/decisions/0026): JSON lines,
one for each booking with its last status, named as on the wire.
"""

import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from litestar import get
from litestar.params import QueryParameter
from litestar.response import Stream

from registratura_standins.gosuslugi.database import Connection, rows
from registratura_standins.gosuslugi.statuses import Received
from registratura_standins.gosuslugi.visitors import AnyRequest, pool_of


@get("/fer/statuses", sync_to_thread=False, name="told")
def list_statuses(
    request: AnyRequest,
    first: Annotated[datetime, QueryParameter(name="from")],
    end: Annotated[datetime, QueryParameter(name="to")],
) -> Stream:
    """Visits that begin from `from` on and before `to`. There is one region here, so `rmis` is
    passed over."""

    async def lines() -> AsyncIterator[bytes]:
        async with pool_of(request).connection() as db:
            found = await search_last(db, first, end)
        for it in found:
            yield _line(it)

    return Stream(lines(), media_type="application/x-ndjson")


async def search_last(db: Connection, first: datetime, end: datetime) -> list[Received]:
    """The last status of each booking whose visit begins then."""
    return await rows(
        db,
        Received,
        """
        select * from (
            select distinct on (book_id) book_id, status, visit_time, source_code, received_at
            from pushed_status order by book_id, id desc
        ) as last
        where visit_time >= %(first)s and visit_time < %(end)s
        order by book_id
        """,
        first=first,
        end=end,
    )


def _line(it: Received) -> bytes:
    told = {
        "Book_Id_Mis": it.book_id,
        "Status": it.status,
        "Visit_Time": it.visit_time.isoformat(timespec="seconds"),
        "Source_Code": it.source_code,
    }
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"
