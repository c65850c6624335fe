"""The main job, end to end: Мария signs in and books her son Пётр."""

import os
import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import stand as stands
from tests.journeys.stand import Stand
from tests.journeys.walk import (
    MARIA,
    PASSWORD,
    STRANGER,
    add_relative,
    agree,
    book,
    cancel,
    choose,
    enter,
    look,
    open_menu,
    take_off_the_list,
    to_the_times,
)


def the_whole_walk(page: Page, stand: Stand, *, looking: bool) -> None:
    """Steps 1 to 8 of the printed instruction, and the cancelling of what was booked."""
    enter(page, stand, looking=looking)
    agree(page, stand, looking=looking)
    expect(page.locator("header summary.who")).to_contain_text("Иванова М.П.")
    open_menu(page)
    menu = page.locator("header details.patients")
    for words in ("Добавить родственника", "Личные данные", "Выйти"):
        expect(menu.get_by_text(words, exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    take_off_the_list(page, stand, "Иванов Петр Иванович")
    page.goto(stand.portal)
    add_relative(page, looking=looking)
    row = page.get_by_role("row").filter(has_text="Иванов Петр Иванович")
    expect(row).to_contain_text("01.01.2015")
    expect(page.get_by_text("похоже, опечатка", exact=False).first).to_be_visible()
    choose(page, "Иванов П.И.")
    to_the_times(page, looking=looking)
    time = page.locator(".time label").first.inner_text()
    ticket = book(page, looking=looking)
    for words in ("Иванов Петр Иванович", time, "кабинет", "Номер талона"):
        expect(page.locator("main")).to_contain_text(words)
    sign_out_and_in_again(page, stand)
    page.goto(f"{stand.portal}/appointments")
    expect(page.locator("main")).to_contain_text("Иванов Петр Иванович")
    if looking:
        look(page)
    cancel(page, ticket, looking=looking)
    page.get_by_role("link", name="Записаться снова").click()
    expect(page.locator(".time label").first).to_have_text(time)


def sign_out_and_in_again(page: Page, stand: Stand) -> None:
    """Step 8: later visits skip consent and adding; the relative is still there."""
    open_menu(page)
    page.get_by_role("button", name="Выйти").click()
    expect(page.get_by_role("link", name="Личный кабинет").first).to_be_visible()
    page.goto(stand.portal)
    page.get_by_role("link", name="Личный кабинет").first.click()
    page.get_by_role("link", name="Войти через ЕСИА").click()
    if page.locator("#login").count():
        page.locator("#login").fill("maria@example.org")
        page.locator("#password").fill(PASSWORD)
        page.locator("button.plain-button_wide").click()
    expect(page.locator("header summary.who")).to_contain_text("Иванова М.П.")
    choose(page, "Иванов П.И.")


def test_maria_books_petr_in_ten_steps(phone: Page, running: Stand) -> None:
    the_whole_walk(phone, running, looking=True)
    assert "1234567891234567" not in running.log
    assert "Traceback" not in running.log


def test_the_old_way_in_by_policy_number_is_closed(phone: Page, running: Stand) -> None:
    phone.goto(f"{running.portal}/signin")
    expect(phone.locator("main")).to_contain_text("Вход по номеру полиса ОМС закрыт")
    assert phone.locator("main input").count() == 0


def test_a_time_chosen_before_sign_in_is_there_after_it(phone: Page, running: Stand) -> None:
    phone.goto(f"{running.portal}/clinics")
    phone.locator(".pick a.cover").first.click()
    phone.locator(".pick:not(.off) a.cover").first.click()
    phone.locator(".pick a.cover").first.click()
    slot = phone.locator(".time input").last
    wanted = slot.get_attribute("value") or "none"
    slot.check(force=True)
    phone.get_by_role("button", name="Продолжить").click()
    phone.get_by_role("link", name="Войти через ЕСИА").click()
    phone.locator("#login").fill(MARIA)
    phone.locator("#password").fill(PASSWORD)
    phone.locator("button.plain-button_wide").click()
    agree(phone, running)
    expect(phone.get_by_role("heading", name="Проверьте запись")).to_be_visible()
    assert wanted in phone.url


def test_two_tabs_with_two_patients_do_not_mix(browser: Browser, running: Stand) -> None:
    context = browser.new_context(locale="ru-RU")
    context.set_default_timeout(15_000)
    first = context.new_page()
    enter(first, running)
    agree(first, running)
    if not first.locator("header").get_by_text("Иванов П.И.").count():
        add_relative(first)
    choose(first, "Иванов П.И.")
    to_the_times(first)
    second = context.new_page()
    second.goto(running.portal)
    choose(second, "Иванова М.П.")
    ticket = book(first, last=True)
    expect(first.locator("main")).to_contain_text("Иванов Петр Иванович")
    cancel(first, ticket)
    context.close()


def test_a_time_lost_to_somebody_else_keeps_the_page_and_offers_three(
    browser: Browser, running: Stand
) -> None:
    context = browser.new_context(locale="ru-RU")
    context.set_default_timeout(15_000)
    page = context.new_page()
    enter(page, running)
    agree(page, running)
    if not page.locator("header").get_by_text("Иванов П.И.").count():
        add_relative(page)
    choose(page, "Иванов П.И.")
    to_the_times(page)
    times = page.url
    slot = page.locator(".time input").first.get_attribute("value")
    patient = page.locator("main input[name=patient]").first.get_attribute("value")
    page.goto(f"{running.portal}/check?slot={slot}&patient={patient}")  # not held
    rival = context.new_page()
    rival.goto(times)
    ticket = book(rival)
    page.get_by_role("button", name="Записаться").click()
    expect(page.get_by_role("heading", name="Это время только что заняли")).to_be_visible()
    assert page.locator(".sum .slots a").count() == 3
    look(page)
    cancel(rival, ticket)
    context.close()


def test_the_walk_needs_no_javascript(browser: Browser, running: Stand) -> None:
    context = browser.new_context(java_script_enabled=False, locale="ru-RU")
    context.set_default_timeout(15_000)
    page = context.new_page()
    enter(page, running)
    agree(page, running)
    choose(page, "Иванова М.П.")
    page.locator(".pick.first a.cover").click()
    page.locator(".pick:not(.off) a.cover").first.click()
    page.locator(".pick:not(.off) a.cover").first.click()
    ticket = book(page, last=True)
    cancel(page, ticket)
    context.close()


def test_a_stranger_gets_404_for_what_is_marias(browser: Browser, running: Stand) -> None:
    hers, his = (browser.new_context(locale="ru-RU") for _ in range(2))
    page, strange = hers.new_page(), his.new_page()
    enter(page, running)
    agree(page, running)
    page.goto(f"{running.portal}/clinics")
    patient = page.locator("input[name=patient]").first.get_attribute("value")
    page.locator(".pick.first a.cover").click()
    page.locator(".pick:not(.off) a.cover").first.click()
    page.locator(".pick:not(.off) a.cover").first.click()
    ticket = book(page)
    enter(strange, running, STRANGER)
    agree(strange, running)
    for address in (ticket, f"{ticket}/cancel", f"{running.portal}/clinics?patient={patient}"):
        answer = strange.goto(address)
        assert answer is not None
        assert answer.status == 404, address
    cancel(page, ticket)
    hers.close()
    his.close()


MOMENTS = (
    "2026-11-25 23:58:00",
    "2026-11-29 10:00:00",
    "2026-12-31 23:58:00",
    "2027-03-01 09:00:00",
)


@pytest.fixture(params=MOMENTS, ids=["before midnight", "Sunday", "31 December", "1 March"])
def another_day(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stand]:
    """The demo started anew at another moment, its database too."""
    if not shutil.which("faketime") and os.environ.get("CI") != "true":
        pytest.skip("libfaketime is not installed: run make test, as root on Debian it is")
    started = stands.start(tmp_path_factory.mktemp("moment") / "var", moment=request.param)
    yield started
    started.stop()


def test_the_walk_passes_at_any_minute_of_any_day(phone: Page, another_day: Stand) -> None:
    the_whole_walk(phone, another_day, looking=False)
    assert not re.search(r"Traceback|ERROR", another_day.log)
