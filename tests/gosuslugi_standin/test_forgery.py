"""The federal portal takes forms from its own pages only, and from those of this very session."""

import httpx
import pytest
from litestar import Litestar

from registratura_standins.gosuslugi.database import Connection, value
from tests.esia_standin.browser import Page
from tests.gosuslugi_standin.federal import begin, browser, signed_in, text_of

FOREIGN: list[dict[str, str]] = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:8000"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


async def token_on(user: httpx.AsyncClient, path: str = "/") -> str:
    """The form token of that page."""
    forms = Page((await user.get(path)).text).forms
    return next(fields["_csrf_token"] for _, fields in forms if "_csrf_token" in fields)


@pytest.mark.parametrize("headers", FOREIGN, ids=lambda it: "-".join(map(str, it.values())))
async def test_a_form_of_another_site_begins_no_booking(
    federal: Litestar, federal_db: Connection, headers: dict[str, str]
) -> None:
    maria = await signed_in(federal)
    form = {"whom": "other", "_csrf_token": await token_on(maria, "/booking")}
    answer = await maria.post("/booking", data=form, headers=headers)
    assert answer.status_code == 403
    assert "с другого сайта" in text_of(answer)
    assert "gosuslugi_csrf" not in answer.headers.get("set-cookie", "")
    assert await value(federal_db, "select count(*) from draft") == 0
    own = {"Origin": "http://127.0.0.1:8002", "Sec-Fetch-Site": "same-origin"}
    assert (await maria.post("/booking", data=form, headers=own)).status_code == 303


async def test_a_token_of_before_the_sign_in_is_no_token(federal: Litestar) -> None:
    user = browser(federal)
    planted = await token_on(user)
    maria = await signed_in(federal)
    user.cookies.set("gosuslugi_session", maria.cookies["gosuslugi_session"], domain="127.0.0.1")
    answer = await user.post("/vision", data={"size": "xl", "_csrf_token": planted})
    assert answer.status_code == 403
    fresh = await token_on(user)
    answer = await user.post("/vision", data={"size": "xl", "_csrf_token": fresh})
    assert answer.status_code == 303


async def test_a_token_of_another_session_is_no_token(federal: Litestar) -> None:
    one, other = await signed_in(federal), await signed_in(federal)
    token = await token_on(one)
    other.cookies.set("gosuslugi_csrf", token, domain="127.0.0.1")
    for user, status in ((other, 403), (one, 303)):
        answer = await user.post("/vision", data={"size": "xl", "_csrf_token": token})
        assert answer.status_code == status


async def test_a_form_that_is_out_of_date_leads_to_its_page_again(federal: Litestar) -> None:
    maria = await signed_in(federal)
    draft = await begin(maria)
    answer = await maria.post(f"{draft}/patient", data={"_csrf_token": "0" * 128})
    assert answer.status_code == 403
    assert "Страница устарела" in text_of(answer)
    assert f"{draft}/patient" in Page(answer.text).links
