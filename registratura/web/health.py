"""What an operator's monitor asks: is the process alive, may it receive visitors."""

from datetime import UTC, datetime

import psycopg
from litestar import Response, get
from psycopg_pool import PoolTimeout

from registratura.db import value
from registratura.web.requests import AnyRequest, pool_of

CLOCK_LIMIT = 2.0  # seconds between this host's clock and the database's


@get("/healthz", name="healthz", include_in_schema=False, exclude_from_csrf=True)
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/readyz", name="readyz", include_in_schema=False, exclude_from_csrf=True)
async def readyz(request: AnyRequest) -> Response[dict[str, object]]:
    """The database answers and both clocks agree; else 503 with the reason."""
    try:
        async with pool_of(request).connection(timeout=2) as db:
            theirs: datetime = await value(db, "select clock_timestamp()")
    except (psycopg.Error, PoolTimeout):
        return Response({"status": "database unreachable"}, status_code=503)
    apart = abs((datetime.now(UTC) - theirs).total_seconds())
    if apart > CLOCK_LIMIT:
        return Response({"status": "clocks disagree", "seconds": round(apart, 1)}, status_code=503)
    return Response({"status": "ready"})
