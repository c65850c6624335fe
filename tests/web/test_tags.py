"""Open pages that a browser has already: who is told so, and who is shown the page anew."""

from datetime import UTC, datetime

import httpx
import pytest
from litestar import Litestar

from registratura.web import sessions
from registratura.web.tags import is_known, make_tag
from tests.given import people, portal
from tests.given.people import MARIA

OPEN = ["/", "/signin", "/clinics", "/about/accessibility", "/about/personal-data"]
KEPT = "private, no-cache"


async def tag_of(client: httpx.AsyncClient, path: str) -> str:
    """The tag under which a browser keeps the page; its first look anywhere gave it a cookie."""
    await client.get("/")
    return (await client.get(path)).headers["etag"]


@pytest.mark.parametrize("path", OPEN)
async def test_who_has_an_open_page_is_told_that_it_is_the_same(
    visitor: httpx.AsyncClient, path: str
) -> None:
    tag = await tag_of(visitor, path)
    page = await visitor.get(path)
    same = await visitor.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (page.status_code, same.status_code, same.content) == (200, 304, b"")
    for name in ("etag", "cache-control", "content-security-policy"):
        assert same.headers[name] == page.headers[name]
    assert (page.headers["etag"], page.headers["cache-control"]) == (tag, KEPT)
    for answer in (page, same):
        assert answer.headers["vary"].replace(" ", "").split(",") == ["Cookie", "Accept-Encoding"]
    assert not {"set-cookie", "content-type", "content-length"} & set(same.headers)


async def test_a_page_that_sets_a_cookie_has_no_tag(visitor: httpx.AsyncClient) -> None:
    tag = await tag_of(visitor, "/")
    visitor.cookies.clear()
    for known in (tag, "*"):
        anew = await visitor.get("/", headers={"If-None-Match": known})
        assert anew.status_code == 200
        assert "set-cookie" in anew.headers
        assert "etag" not in anew.headers
        assert anew.headers["cache-control"] == KEPT
        visitor.cookies.clear()


async def test_packed_and_unpacked_are_one_page(visitor: httpx.AsyncClient) -> None:
    tag = await tag_of(visitor, "/")
    plain = await visitor.get("/", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["etag"] == tag
    assert (await visitor.get("/")).headers["content-encoding"] == "gzip"


async def test_a_look_without_a_body_may_ask_too(visitor: httpx.AsyncClient) -> None:
    tag = await tag_of(visitor, "/")
    head = await visitor.head("/")
    assert (head.status_code, head.headers["etag"], head.content) == (200, tag, b"")
    same = await visitor.head("/", headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")


async def test_who_chose_larger_letters_gets_the_page_anew(visitor: httpx.AsyncClient) -> None:
    tag = await tag_of(visitor, "/")
    await portal.submit(visitor, "/vision", {"size": "l", "back": "/"})
    larger = await visitor.get("/", headers={"If-None-Match": tag})
    assert larger.status_code == 200
    assert larger.headers["etag"] != tag


async def test_who_has_signed_in_is_never_told_to_look_at_what_he_has(
    app: Litestar, visitor: httpx.AsyncClient
) -> None:
    tags = {path: await tag_of(visitor, path) for path in OPEN}
    session = await portal.session_of(app, MARIA)
    visitor.cookies.set("registratura_session", session, domain=visitor.base_url.host)
    for path, tag in tags.items():
        for known in (tag, "*"):
            own = await visitor.get(path, headers={"If-None-Match": known})
            assert own.status_code in (200, 303)  # the sign-in page leads on
            assert own.headers["cache-control"] == "no-store"
            assert "etag" not in own.headers


async def test_who_has_not_agreed_to_the_consent_is_somebody_too(app: Litestar) -> None:
    now = datetime.now(UTC)
    async with app.state.pool.connection() as db:
        account = await people.account(db, MARIA, now=now)
        own = account.person_id
        session = await sessions.begin(
            db, account_id=account.id, patient_id=own, replaces=None, now=now
        )
    client = portal.with_session(app, session)
    await client.get("/")
    for path in ("/", "/clinics", "/consent"):
        page = await client.get(path)
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"


async def test_after_the_session_is_over_the_browser_keeps_nothing_of_anybody(
    app: Litestar,
) -> None:
    """«Назад» shows what the browser has kept: nothing of the time between the two."""
    client = await portal.signed_in(app, MARIA)
    during = [await client.get(path) for path in ("/", "/clinics", "/appointments", "/profile")]
    assert {it.headers["cache-control"] for it in during} == {"no-store"}
    async with app.state.pool.connection() as db:
        await db.execute("delete from web_session")
    after = await client.get("/")
    assert MARIA.last_name in during[0].text
    assert MARIA.last_name not in after.text
    assert after.headers["cache-control"] == KEPT


async def test_a_page_that_did_not_ask_who_is_there_is_not_kept(visitor: httpx.AsyncClient) -> None:
    await visitor.get("/")
    page = await visitor.get("/consent/withdrawn", headers={"If-None-Match": "*"})
    assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere"),
        ("GET", "/clinics?patient=abc"),
        ("GET", "/profile"),
        ("POST", "/vision"),
    ],
)
async def test_faults_redirects_and_answers_to_forms_are_not_kept(
    visitor: httpx.AsyncClient, method: str, path: str
) -> None:
    await visitor.get("/")
    answer = await visitor.request(method, path, headers={"If-None-Match": "*"})
    assert answer.status_code >= 303
    assert answer.status_code != 304
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


@pytest.mark.parametrize(
    ("named", "known"),
    [
        ('W/"a"', True),
        ('"a"', True),
        ('"b", W/"a"', True),
        ("*", True),
        ("", False),
        ('"b"', False),
        ('"*"', False),
        ("a", False),
    ],
)
def test_tags_are_compared_weakly(named: str, known: bool) -> None:
    assert is_known('W/"a"', named) is known
    assert is_known('"a"', named) is known


def test_what_has_no_tag_is_known_to_nobody() -> None:
    assert not any(is_known("", named) for named in ("", "*", '""'))
    assert make_tag(b"one") != make_tag(b"another")
