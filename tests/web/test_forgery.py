"""Forms are taken from our own pages only, and from those of this very session."""

import re

import httpx
from litestar import Litestar

from tests.given import portal
from tests.given.people import MARIA

OURS = "http://127.0.0.1:8000"


async def token_on(client: httpx.AsyncClient) -> str:
    found = re.search(r'name="_csrf_token" value="([0-9a-f]+)"', (await client.get("/")).text)
    assert found is not None
    return found[1]


async def choose(client: httpx.AsyncClient, token: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): it for name, it in headers.items()}
    return await client.post("/vision", data={"size": "xl", "_csrf_token": token}, headers=named)


async def test_a_form_without_its_token_changes_nothing(app: Litestar) -> None:
    client = await portal.signed_in(app, MARIA)
    await client.get("/")
    answer = await client.post("/signout", data={})
    assert answer.status_code == 403
    assert "Страница устарела" in answer.text
    assert (await client.get("/appointments")).status_code == 200


OWN: list[dict[str, str]] = [
    {},  # an old browser
    {"Origin": OURS},
    {"Origin": OURS, "Sec_Fetch_Site": "same-origin"},
    {"Sec_Fetch_Site": "none"},  # sent again by hand
    {"Origin": "http://localhost:8000", "Host": "localhost:8000"},
]
FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://["},
    {"Origin": "http://127.0.0.1:8000.evil.example"},
    {"Origin": "http://127.0.0.1:8001"},
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Origin": OURS, "Sec_Fetch_Site": "cross-site"},
]


async def test_a_form_of_our_own_page_is_taken(visitor: httpx.AsyncClient) -> None:
    token = await token_on(visitor)
    taken = [(await choose(visitor, token, **headers)).status_code for headers in OWN]
    assert taken == [303] * len(OWN)


async def test_a_form_of_another_site_is_refused_though_its_token_is_right(
    visitor: httpx.AsyncClient,
) -> None:
    token = await token_on(visitor)
    for headers in FOREIGN:
        answer = await choose(visitor, token, **headers)
        assert answer.status_code == 403, headers
        assert "с другого сайта" in answer.text
        assert "registratura_vision" not in answer.headers.get("set-cookie", "")
    assert (await choose(visitor, token)).status_code == 303


async def test_a_token_of_before_the_sign_in_is_no_token(app: Litestar) -> None:
    """What somebody planted in the browser, or saw in it, does not outlive the sign-in."""
    client = portal.browser(app)
    planted = await token_on(client)
    client.cookies.set(
        "registratura_session", await portal.session_of(app, MARIA), domain="127.0.0.1"
    )
    assert (await choose(client, planted)).status_code == 403
    assert (await choose(client, await token_on(client))).status_code == 303


async def test_a_token_of_another_session_is_no_token(app: Litestar) -> None:
    one, other = [await portal.signed_in(app, MARIA) for _ in range(2)]
    token = await token_on(one)
    other.cookies.set("registratura_csrf", token, domain="127.0.0.1")
    assert (await choose(other, token)).status_code == 403
    assert (await choose(one, token)).status_code == 303


async def test_a_token_of_an_older_secret_is_replaced_by_the_next_page(
    visitor: httpx.AsyncClient,
) -> None:
    visitor.cookies.set("registratura_csrf", "0" * 128, domain="127.0.0.1")
    assert (await choose(visitor, "0" * 128)).status_code == 403
    visitor.cookies.set("registratura_csrf", "0" * 128, domain="127.0.0.1")
    assert (await choose(visitor, await token_on(visitor))).status_code == 303


async def test_head_is_answered_as_get_without_a_body(visitor: httpx.AsyncClient) -> None:
    for path in ("/", "/clinics", "/appointments", "/nowhere", "/static/it.css"):
        whole, head = await visitor.get(path), await visitor.head(path)
        assert (head.status_code, head.content) == (whole.status_code, b""), path
        for name in ("content-type", "content-security-policy", "cache-control"):
            assert head.headers.get(name) == whole.headers.get(name)
    assert (await visitor.head("/signout")).status_code == 405
