"""The federal way in, with both portals and ЕСИА: what is booked there is one with the region."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import federal
from tests.journeys.conftest import on_a_phone
from tests.journeys.federal import looking, passing
from tests.journeys.stand import Stand
from tests.journeys.walk import MARIA, OLEG, PETR, add_relative, agree, cancel, enter

BY = ("--by", "Регистратова, регистратор")


@pytest.fixture(autouse=True)
def quiet(running: Stand) -> Iterator[None]:
    """No journey leaves an error in the log, nor a policy number."""
    yield
    assert not re.search(r'Traceback|"level": "(error|critical)"', running.log)
    assert "1234567891234567" not in running.log


def coming_on_the_portal(page: Page, stand: Stand) -> str:
    """«Мои записи» of the regional portal, those to come."""
    page.goto(f"{stand.portal}/appointments")
    return page.locator("section[aria-labelledby=coming]").inner_text()


def confirm_link(stand: Stand, policy: str, account: str) -> None:
    """The desk sees the birth certificate."""
    found = stand.staff("find", "--policy", policy, *BY)
    link = next(it for it in found.splitlines() if "связь" in it and account in it)
    if "заявлена" in link:
        number = link.partition("связь ")[2].partition(":")[0]
        stand.staff("confirm-link", number, "--document", "свидетельство о рождении", *BY)


def leave(page: Page, stand: Stand, name: str) -> None:
    """The journeys share one demo: who adds this relative next finds the list as it was."""
    page.goto(f"{stand.portal}/profile")
    page.get_by_role("row").filter(has_text=name).get_by_role("link", name="Убрать").click()
    page.get_by_role("button", name="Убрать из списка").click()
    expect(page.get_by_role("row").filter(has_text=name)).to_have_count(0)


def add_from_esias_list(page: Page, stand: Stand, name: str) -> None:
    """ЕСИА has verified the child's birth certificate: one press beside the visits, of which there
    are none yet, confirms the link and leads back to them."""
    visits = f"{stand.portal}/appointments"
    page.goto(visits)
    looking(page)
    page.get_by_role("button", name=name).click()
    expect(page).to_have_url(visits)
    page.goto(f"{stand.portal}/profile")
    looking(page)
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("Подтвержд")


def test_maria_books_petr_whom_she_types_and_the_portal_shows_it_once_the_link_is_confirmed(
    phone: Page, browser: Browser, running: Stand
) -> None:
    federal.enter(phone, running, MARIA, looking)
    federal.begin(phone, "Другой человек", looking)
    last, first, middle, born, policy = PETR
    for label, words in (("Фамилия", last), ("Дата рождения", born), ("Полис ОМС", policy)):
        phone.get_by_label(label).fill(words)
    phone.locator("#first_name").fill(first)
    phone.locator("#middle_name").fill(middle)
    phone.get_by_label("Мужской").check()
    phone.get_by_role("button", name="Продолжить").click()
    time = federal.to_the_check(phone, looking)
    number = federal.book(phone, looking)
    with on_a_phone(browser) as portal:
        enter(portal, running, MARIA)
        agree(portal, running)
        if not portal.locator("header").get_by_text("Иванов П.И.").count():
            add_relative(portal)
        confirm_link(running, policy, "Иванова М.П.")
        assert time in coming_on_the_portal(portal, running)
        federal.cancel(phone, running, looking)
        assert time not in coming_on_the_portal(portal, running)
        leave(portal, running, "Иванов Петр Иванович")
    expect(phone.locator("main")).to_contain_text(number)


def test_oleg_books_a_child_of_his_list_and_cancels_on_the_portal(
    oleg: Page, browser: Browser, running: Stand
) -> None:
    add_from_esias_list(oleg, running, "Смирнова Анна Олеговна")
    with on_a_phone(browser) as phone:
        federal.enter(phone, running, OLEG, passing)
        federal.begin(phone, "Мой ребёнок", looking)
        phone.get_by_label("Смирнова Анна Олеговна").check()
        phone.get_by_role("button", name="Продолжить").click()
        federal.look_at_other_doctors(phone, looking)
        time = federal.to_the_check(phone, passing)
        federal.book(phone, passing)
        assert time in coming_on_the_portal(oleg, running)
        tickets = oleg.locator("section[aria-labelledby=coming] a").filter(has_text="Талон")
        cancel(oleg, f"{running.portal}{tickets.first.get_attribute('href')}")
        phone.goto(f"{running.gosuslugi}/appointments")
        federal.wait_for(phone, "Запись отменена", 10)
