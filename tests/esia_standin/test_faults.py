"""Every code of the protocol has its `error`, its place, and a test that meets it."""

import re
from pathlib import Path

import httpx
from litestar import Litestar

from registratura_standins.esia.faults import FAULTS
from tests.esia_standin.browser import Browser
from tests.esia_standin.portal import Portal, read

# Code → `error`, written out from the protocol's sheet, section 1.6.
SHEET = {
    "unauthorized_client": ("007002", "007005"),
    "invalid_request": ("007003", "007014", "007015", "007023", "007038", "007039"),
    "access_denied": ("007004", "007019", "007046", "007053", "007055", "007194"),
    "invalid_scope": ("007006", "007013"),
    "server_error": ("007007",),
    "temporarily_unavailable": ("007008",),
    "unsupported_response_type": ("007009",),
    "invalid_grant": ("007011", "007040"),
    "unsupported_grant_type": ("007012",),
    "invalid_client": ("008010",),
}
IN_PERMISSIONS = (*(f"03670{last}" for last in range(8)), "036716", "036726", "036727")


def test_every_code_of_the_sheet_has_its_error() -> None:
    expected = {code: error for error, codes in SHEET.items() for code in codes}
    expected |= dict.fromkeys(IN_PERMISSIONS, "invalid_request")
    assert {code: error for code, (error, _) in FAULTS.items()} == expected


def test_every_code_is_met_by_a_test() -> None:
    here = Path(__file__)
    texts = [path.read_text() for path in here.parent.glob("test_*.py") if path != here]
    own = here.read_text().partition("def test_every_code_is_met")[2]
    met = set(re.findall(r"\b0[0-9]{5}\b", "\n".join([*texts, own])))
    assert sorted(set(FAULTS) - met) == []


async def test_without_its_database_the_stand_in_says_007008_in_the_right_place(
    browser: Browser, backend: httpx.AsyncClient, portal: Portal, esia: Litestar
) -> None:
    asked, given = portal.ask(), portal.token_request(code="a.b.c")
    await esia.state.pool.close()
    page = await browser.get("/aas/oauth2/v2/ac", params=asked)
    assert (page.status_code, "location" in page.headers) == (503, False)
    assert "ESIA-007008" in page.text
    answer = await backend.post("/aas/oauth2/v3/te", data=given)
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    status, body = await read(backend, "a.b.c", "/rs/prns/1000000001")
    assert (status, set(body)) == (503, {"code", "message"})
    assert {one.headers["retry-after"] for one in (page, answer)} == {"30"}


async def test_what_cannot_be_read_stays_on_our_own_page_as_007038(browser: Browser) -> None:
    for query in ("a=%ff", "client_id=%ff%fe", "state=\ufffd"):
        answer = await browser.get(f"/aas/oauth2/v2/ac?{query}")
        assert (answer.status_code, "location" in answer.headers) == (400, False), query
        assert "ESIA-007038" in answer.text
