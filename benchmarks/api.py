"""`book_api`: the JSON API, by a token of the patient's own; and the requests that others send."""

import json

from benchmarks import generator, replay, wishes
from benchmarks.contest import Contest
from benchmarks.recording import Statement, capture
from benchmarks.registry import running
from benchmarks.results import Result
from benchmarks.stage import Stage
from benchmarks.wishes import Wish
from registratura.settings import Settings

PREFIX = "/api/v1"
MANY = 400  # bookings of a round


def book_api(stage: Stage, size: str) -> Result:
    """Bookings through POST /api/v1/appointments."""
    database = stage.copy(stage.template(size), "book_api")
    wishes.make(database)
    with running(database.url, stage.var) as serving:
        [first] = wishes.read(database, 0, 1)
        said = _booking(serving.settings, first)
        return Contest(
            "book_api",
            database,
            serving,
            stage.var,
            requests=lambda base, many: [request(it) for it in wishes.read(database, base, many)],
            right=(201,),
            own=replay.Replay(first.varying).script("own_book_api", said),
            floor=replay.floor(replay.FLOOR_BOOK),
            many=MANY,
        ).run()


def request(wish: Wish) -> bytes:
    """The call that books, as bytes for a socket."""
    headers = _headers(wish)
    return generator.post(
        f"{PREFIX}/appointments",
        _body(wish),
        Content_Type=headers["Content-Type"],
        Authorization=headers["Authorization"],
        Idempotency_Key=headers["Idempotency-Key"],
    )


def _headers(wish: Wish) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {wish.token}",
        "Idempotency-Key": str(wish.key),
    }


def _body(wish: Wish) -> bytes:
    return json.dumps({"patient": str(wish.patient), "slot": str(wish.slot)}).encode()


def _booking(settings: Settings, wish: Wish) -> list[Statement]:
    path = f"{PREFIX}/appointments"
    return capture(settings, 201, "POST", path, content=_body(wish), headers=_headers(wish))
