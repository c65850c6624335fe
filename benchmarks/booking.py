"""`book_portal`: booking by the portal's form, with its session and token."""

from urllib.parse import urlencode

from litestar.middleware.csrf import generate_csrf_token

from benchmarks import generator, replay, wishes
from benchmarks.contest import ROUNDS, Contest
from benchmarks.recording import Statement, capture
from benchmarks.registry import running
from benchmarks.results import Result
from benchmarks.stage import Stage
from benchmarks.wishes import Wish
from registratura.settings import Settings
from registratura.web.cookies import Cookies
from registratura_ground.forgery import secret_of_session

MANY = 400  # bookings of a round


def book_portal(stage: Stage, size: str) -> Result:
    """Bookings through POST /appointments."""
    template = stage.template(size)
    database = stage.copy(template, "book_portal")
    wishes.make(database)
    with running(database.url, stage.var) as serving:
        settings = serving.settings
        [first] = wishes.read(database, 0, 1)
        said = portal_booking(settings, first)
        return Contest(
            "book_portal",
            database,
            serving,
            stage.var,
            requests=lambda base, many: [
                portal_request(settings, it) for it in wishes.read(database, base, many)
            ],
            right=(303,),
            own=replay.Replay(first.varying).script("own_book_portal", said),
            floor=replay.floor(replay.FLOOR_BOOK),
            many=MANY,
        ).run(ROUNDS)


def portal_form(settings: Settings, wish: Wish) -> tuple[str, dict[str, str]]:
    """What the browser of this patient sends: the form and its cookies."""
    cookies = Cookies.of(settings.public_url)
    token = generate_csrf_token(secret_of_session(settings.secret, wish.session_id))
    fields = {"patient": wish.patient, "slot": wish.slot, "key": wish.key, "_csrf_token": token}
    brought = {cookies.name("session"): wish.session_id, cookies.name("csrf"): token}
    return urlencode(fields), brought


def portal_request(settings: Settings, wish: Wish) -> bytes:
    """The same as bytes for a socket."""
    form, cookies = portal_form(settings, wish)
    return generator.post(
        "/appointments",
        form.encode(),
        Content_Type="application/x-www-form-urlencoded",
        Cookie="; ".join(f"{name}={text}" for name, text in cookies.items()),
    )


def portal_booking(settings: Settings, wish: Wish) -> list[Statement]:
    """What the registry says to the database when this form is sent."""
    form, cookies = portal_form(settings, wish)
    return capture(
        settings,
        303,
        "POST",
        "/appointments",
        content=form,
        cookies=cookies,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
