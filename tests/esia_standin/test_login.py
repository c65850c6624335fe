"""Signing in with login, password and code: spellings, one calm answer, limits, sessions."""

import re
import statistics
import time
from datetime import UTC, datetime, timedelta

from litestar import Litestar

from registratura_standins.esia import factors, openings, sessions, throttle
from registratura_standins.esia.accounts import find_account
from registratura_standins.esia.database import Connection, value
from registratura_standins.esia.spellings import mask_email, mask_phone, read_login
from tests.esia_standin.browser import Browser, Page
from tests.esia_standin.conftest import open_browser
from tests.esia_standin.walks import begin_session

MARIA = "+7 900 000-00-01"
SECOND_STEP = "+7 900 000-00-05"


SPELLINGS = [
    "+7 900 000-00-01",
    "+7 (900) 000-00-01",
    "8 (900) 000 00 01",
    "89000000001",
    "79000000001",
    "9000000001",
    "+7 900 000–00–01",
    " +7\u00a0900\u00a0000-00-01 ",
    "maria@example.org",
    " Maria@Example.ORG ",
    "112-233-445 95",
    "112-233-445-95",
    "112 233 445 95",
    "11223344595",
    "１１２２３３４４５９５",
]


async def test_any_usual_spelling_of_phone_mail_or_snils_signs_in(browser: Browser) -> None:
    for login in SPELLINGS:
        browser.cookies.clear()
        answer = await browser.sign_in(login)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/account"), login
        assert "Иванова Мария Петровна" in (await browser.get("/account")).text


async def test_what_is_no_login_gets_the_same_answer(browser: Browser) -> None:
    for login in ("", " ", "Мария", "1", "+", "900 000", "9" * 40, "a\x00b@c.d"):
        answer = await browser.sign_in(login)
        assert (answer.status_code, "Не удалось войти" in answer.text) == (422, True), login


def test_eleven_digits_may_be_a_telephone_or_a_snils() -> None:
    assert read_login("80000000001") == ["+70000000001", "80000000001"]
    assert read_login("800-000-000 01") == ["80000000001", "+70000000001"]
    assert read_login("+375 29 000-00-00") == ["+375290000000"]


def test_masks_show_ends_only() -> None:
    assert mask_phone("+79000000005") == "+7 900 •••-••-05"
    assert mask_email("maria@example.org") == "m•••@example.org"


def _without_typed(html: str) -> str:
    """The page without what differs in every answer: the form's token, the login typed."""
    return re.sub(r'value="[^"]*"', "", html)


async def test_a_wrong_password_and_an_unknown_login_and_a_lock_get_the_same_answer(
    browser: Browser,
) -> None:
    wrong = await browser.sign_in(MARIA, "wrong")
    unknown = await browser.sign_in("+7 900 999-99-99", "wrong")
    for _ in range(throttle.LIMITS["account"]):
        await browser.sign_in(MARIA, "wrong")
    locked = await browser.sign_in(MARIA)
    answers = [wrong, unknown, locked]
    assert {answer.status_code for answer in answers} == {422}
    assert len({_without_typed(answer.text) for answer in answers}) == 1
    assert "Проверьте логин и пароль" in Page(wrong.text).text


async def test_all_three_refusals_take_the_same_time(browser: Browser) -> None:
    form = await browser.get("/login")

    async def middle(login: str, password: str) -> float:
        times = []
        for _ in range(7):
            began = time.perf_counter()
            await browser.send_form(form, "/login", login=login, password=password)
            times.append(time.perf_counter() - began)
        return statistics.median(times)

    unknown = await middle("nobody@example.org", "wrong")
    wrong = await middle(MARIA, "wrong")  # the last of them find it locked
    locked = await middle(MARIA, "Registratura-40")
    assert max(unknown, wrong, locked) < 2.5 * min(unknown, wrong, locked)


async def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(
    browser: Browser, esia: Litestar, esia_db: Connection
) -> None:
    for _ in range(5):
        await browser.sign_in(MARIA, "wrong")
    assert (await browser.sign_in("maria@example.org")).status_code == 422
    async with open_browser(esia) as other:
        assert (await other.sign_in("+7 900 000-00-03")).status_code == 303
    later = datetime.now(UTC) + throttle.WINDOW + timedelta(seconds=1)
    assert await throttle.may_try(esia_db, "account", "oid:1000000001", later)


async def test_a_success_forgets_the_wrong_tries_before_it(browser: Browser) -> None:
    for _ in range(3):
        for _ in range(4):
            await browser.sign_in(MARIA, "wrong")
        assert (await browser.sign_in(MARIA)).status_code == 303
        await browser.get("/account")
        browser.cookies.clear()


async def test_passwords_are_kept_by_argon2id(esia_db: Connection) -> None:
    await openings.set_password(esia_db, 1_000_000_001, "выдуманный пароль")
    kept = await value(esia_db, "select array_agg(distinct password_hash) from account")
    assert len(kept) == 2
    assert all(one.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for one in kept)


async def test_one_address_has_only_so_many_wrong_tries(esia_db: Connection) -> None:
    now = datetime.now(UTC)
    tries = [await throttle.may_try(esia_db, "address", "192.0.2.1", now) for _ in range(62)]
    assert tries == [True] * throttle.LIMITS["address"] + [False] * 2
    assert await throttle.may_try(esia_db, "address", "192.0.2.2", now)


async def test_a_session_has_a_new_id_at_every_sign_in(browser: Browser, esia: Litestar) -> None:
    browser.cookies.set("esia_session", "planted", domain="127.0.0.1", path="/")
    answer = await browser.sign_in(MARIA)
    cookie = answer.headers["set-cookie"]
    first = answer.cookies["esia_session"]
    assert first != "planted"
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    form = await browser.get("/login")
    assert form.headers["location"] == "/account"
    browser.cookies.delete("esia_session")
    second = await browser.sign_in(MARIA)
    assert second.cookies["esia_session"] != first
    async with open_browser(esia) as thief:
        thief.cookies.set("esia_session", "planted", domain="127.0.0.1", path="/")
        assert (await thief.get("/account")).headers["location"] == "/login"


async def test_signing_out_ends_this_browser_and_ending_all_ends_every_browser(
    browser: Browser, esia: Litestar
) -> None:
    await browser.sign_in(MARIA)
    page = await browser.get("/account")
    async with open_browser(esia) as other:
        await other.sign_in(MARIA)
        old_cookies = dict(browser.cookies)
        await browser.send_form(page, "/signout")
        browser.cookies.set("esia_session", old_cookies["esia_session"])
        assert (await browser.get("/account")).headers["location"] == "/login"
        assert (await other.get("/account")).status_code == 200
        page = await other.get("/account")
        await other.send_form(page, "/account/sessions/end")
        assert (await other.get("/account")).headers["location"] == "/login"


async def test_a_session_ends_by_itself_after_three_hours(esia_db: Connection) -> None:
    now = datetime.now(UTC)
    session_id = await begin_session(esia_db, 1_000_000_001, now)
    before = now + sessions.LASTS - timedelta(seconds=1)
    assert await sessions.find_session(esia_db, session_id, before)
    assert not await sessions.find_session(esia_db, session_id, now + sessions.LASTS)


async def _sent_code(browser: Browser) -> str:
    found = re.findall(r"Код для входа: (\d{6})", (await browser.get("/messages")).text)
    return str(found[0])


async def test_the_second_step_asks_the_code_shown_among_the_messages(browser: Browser) -> None:
    answer = await browser.sign_in(SECOND_STEP)
    assert answer.headers["location"] == "/login/code"
    assert (await browser.get("/account")).headers["location"] == "/login"
    page = await browser.get("/login/code")
    assert "+7 900 •••-••-05" in page.text
    wrong = await browser.send_form(page, "/login/code", code="abcdef")
    assert "осталось попыток: 2" in Page(wrong.text).text
    right = await browser.send_form(page, "/login/code", code=await _sent_code(browser))
    assert right.headers["location"] == "/account"
    assert "Фёдоров Илья Борисович" in (await browser.get("/account")).text


async def test_a_code_has_three_tries_and_is_worth_nothing_after(browser: Browser) -> None:
    await browser.sign_in(SECOND_STEP)
    page = await browser.get("/login/code")
    for _ in range(3):
        answer = await browser.send_form(page, "/login/code", code="000-00")
    assert "Не удалось войти" in answer.text
    late = await browser.send_form(page, "/login/code", code=await _sent_code(browser))
    assert late.headers["location"] == "/login"


async def test_a_code_can_be_sent_again_and_the_old_one_is_worth_nothing(
    browser: Browser,
) -> None:
    await browser.sign_in(SECOND_STEP)
    page = await browser.get("/login/code")
    old = await _sent_code(browser)
    await browser.send_form(page, "/login/code/again")
    new = await _sent_code(browser)
    if new != old:
        failed = await browser.send_form(page, "/login/code", code=old)
        assert "Код не подошёл" in failed.text
    done = await browser.send_form(page, "/login/code", code=f"{new[:3]} {new[3:]}")
    assert done.headers["location"] == "/account"


async def test_codes_are_sent_five_times_in_a_quarter_of_an_hour(browser: Browser) -> None:
    await browser.sign_in(SECOND_STEP)
    page = await browser.get("/login/code")
    statuses = [(await browser.send_form(page, "/login/code/again")).status_code for _ in range(5)]
    assert statuses == [303, 303, 303, 303, 429]


async def test_a_code_ends_after_five_minutes_and_works_once(esia_db: Connection) -> None:
    now = datetime.now(UTC)
    account = await find_account(esia_db, 1_000_000_005)
    assert account
    step = await factors.start_second_step(esia_db, account, None, now)
    assert step
    words = await value(esia_db, "select words from message order by id desc limit 1")
    code = re.findall(r"\d{6}", words)[0]
    assert not await factors.check_code(esia_db, step, code, now + timedelta(minutes=5, seconds=1))
    assert await factors.check_code(esia_db, step, code, now)
    assert not await factors.check_code(esia_db, step, code, now)


async def test_a_form_without_its_token_is_refused_and_a_new_token_is_given(
    browser: Browser,
) -> None:
    bare = await browser.post("/login", data={"login": MARIA, "password": "Registratura-40"})
    assert bare.status_code == 403
    assert "Страница устарела" in bare.text
    assert 'esia_csrf=""; HttpOnly; Max-Age=0' in bare.headers["set-cookie"]
