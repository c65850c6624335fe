"""Beyond one visit: hold, move, clash, referral, two together. Олег's phone, 390 px wide."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.stand import Stand
from tests.journeys.walk import cancel, choose, look

OLEG_HIMSELF, ANNA, DENIS = "Смирнов О.А.", "Смирнова А.О.", "Смирнов Д.О."
NEUROLOGIST = "45"  # number of the position


@pytest.fixture(autouse=True)
def quiet(running: Stand) -> Iterator[None]:
    """No journey leaves an error in the log."""
    yield
    assert not re.search(r'Traceback|"level": "(error|critical)"', running.log)


def to_the_clinic(page: Page, stand: Stand, patient: str) -> None:
    """The patient in the header → the positions of the clinic of attachment."""
    page.goto(stand.portal)
    choose(page, patient)
    page.goto(f"{stand.portal}/clinics")
    follow(page, page.locator(".pick.first a.cover"))


def to_the_area_doctor(page: Page, stand: Stand, patient: str) -> None:
    """On to the times of the patient's own area doctor."""
    to_the_clinic(page, stand, patient)
    follow(page, page.locator(".pick.first a.cover"))
    follow(page, page.locator(".pick.first a.cover"))
    expect(page.get_by_role("heading", name="Выберите день и время")).to_be_visible()
    to_a_later_day(page)


def to_a_later_day(page: Page) -> None:
    """A day of which nothing has gone by: not the first, which may be today."""
    days = page.locator("a.day:not([aria-current])")
    while not days.count():
        follow(page, page.get_by_role("link", name="Следующая неделя"))
    follow(page, days.last)


def follow(page: Page, link: Locator) -> None:
    """Where the link leads, the page there whole."""
    page.goto(urljoin(page.url, link.get_attribute("href") or ""))


def hold(page: Page, which: int = 0) -> str:
    """One time of the day shown → «Продолжить»; the time as the page wrote it."""
    chosen = page.locator(".time").nth(which)
    words = chosen.locator("label").inner_text()
    chosen.locator("input").check(force=True)
    page.get_by_role("button", name="Продолжить").click()
    return words


def confirm(page: Page, words: str = "Записаться") -> str:
    """«Записаться», or «Перенести»; the address of the ticket."""
    page.get_by_role("button", name=words, exact=True).click()
    expect(page.get_by_role("heading", name="Вы записаны")).to_be_visible()
    return page.url


def coming(page: Page, stand: Stand) -> list[str]:
    """«Мои записи», those to come: what each says."""
    page.goto(f"{stand.portal}/appointments")
    return page.locator("section[aria-labelledby=coming] article").all_inner_texts()


def hour(visit: str) -> str:
    """The time of day of a visit in that list."""
    found = re.search(r"\b\d\d:\d\d\b", visit)
    assert found, visit
    return found.group()


def free_for_others(browser: Browser, times: str) -> list[str]:
    """What somebody who has not signed in sees free on that page of times."""
    context = browser.new_context(locale="ru-RU")
    page = context.new_page()
    page.goto(times)
    labels = page.locator(".time label").all_inner_texts()
    context.close()
    return labels


def times_of(page: Page) -> str:
    """The address of the day shown, with nobody's name in it."""
    place, day = urlsplit(page.url), page.locator("a.day[aria-current=date]").get_attribute("href")
    shown = parse_qs(urlsplit(day or "").query)["day"][0]
    return f"{place.scheme}://{place.netloc}{place.path}?day={shown}"


def end_of_hold(page: Page) -> str:
    """«Держим это время за вами до …»."""
    note = page.locator(".note").filter(has_text="Держим это время за вами до")
    return note.locator("b .num").inner_text()


def test_a_time_is_held_prolonged_once_and_given_back_at_its_end(
    oleg: Page, browser: Browser, running: Stand
) -> None:
    to_the_area_doctor(oleg, running, OLEG_HIMSELF)
    times = times_of(oleg)
    chosen = hold(oleg)
    checking = oleg.url
    look(oleg)
    assert chosen not in free_for_others(browser, times)
    running.spend(minutes=5)
    oleg.reload()
    end = end_of_hold(oleg)
    oleg.get_by_role("button", name="Нужно больше времени – продлить").click()
    expect(oleg.get_by_role("button", name="Нужно больше времени – продлить")).to_have_count(0)
    assert end_of_hold(oleg) != end
    look(oleg)
    running.spend(minutes=16)  # five were left of the first ten
    oleg.goto(checking)
    expect(oleg.get_by_text("Это время свободно, но мы его сейчас не держим")).to_be_visible()
    look(oleg)
    confirm(oleg)
    expect(oleg.locator("main")).to_contain_text(chosen)


def test_a_visit_stands_until_its_move_is_confirmed(
    oleg: Page, browser: Browser, running: Stand
) -> None:
    to_the_area_doctor(oleg, running, OLEG_HIMSELF)
    times = times_of(oleg)
    old = hold(oleg)
    confirm(oleg)
    oleg.get_by_role("link", name="Перенести").click()
    expect(oleg.get_by_text("Прежнее время остаётся за вами")).to_be_visible()
    look(oleg)
    to_a_later_day(oleg)
    new = hold(oleg, -1)
    expect(oleg.get_by_text("Прежнее время остаётся за вами")).to_be_visible()
    look(oleg)
    checking = oleg.url
    assert [hour(it) for it in coming(oleg, running)] == [old]
    assert not {old, new} & set(free_for_others(browser, times))
    oleg.goto(checking)
    confirm(oleg, "Перенести")
    assert [hour(it) for it in coming(oleg, running)] == [new]
    expect(oleg.get_by_text("Перенесена на другое время").first).to_be_visible()
    look(oleg)
    assert old in free_for_others(browser, times)
    assert new not in free_for_others(browser, times)


def test_of_two_visits_that_clash_either_is_kept(oleg: Page, running: Stand) -> None:
    to_the_area_doctor(oleg, running, OLEG_HIMSELF)
    doctor = oleg.url
    old = hold(oleg)
    first = confirm(oleg)
    oleg.goto(doctor)
    hold(oleg, -1)
    expect(oleg.get_by_role("heading", name="К врачу этой специальности уже есть")).to_be_visible()
    look(oleg)
    oleg.get_by_role("link", name="Оставить прежнюю").click()
    expect(oleg).to_have_url(first)
    assert [hour(it) for it in coming(oleg, running)] == [old]
    oleg.goto(doctor)
    new = hold(oleg, -1)
    oleg.get_by_role("button", name="Заменить на новую").click()
    expect(oleg.get_by_text("Прежнее время остаётся за вами")).to_be_visible()
    confirm(oleg, "Перенести")
    assert [hour(it) for it in coming(oleg, running)] == [new]


def test_a_doctor_who_falls_ill_is_told_with_a_new_time_to_take(oleg: Page, running: Stand) -> None:
    to_the_area_doctor(oleg, running, OLEG_HIMSELF)
    place = urlsplit(oleg.url).path.rsplit("/", 1)[1]
    day = parse_qs(urlsplit(times_of(oleg)).query)["day"][0]
    hold(oleg)
    cancelled = confirm(oleg)
    by = ("--reason", "врач болеет", "--by", "Регистратова, регистратор")
    running.staff("cancel-doctor-day", place, day, *by)
    oleg.goto(cancelled)
    expect(oleg.get_by_role("heading", name="Приём отменён клиникой")).to_be_visible()
    expect(oleg.locator("main")).to_contain_text("Причина: врач болеет. Приходить не нужно.")
    look(oleg)
    oleg.goto(f"{running.portal}/appointments")
    proposed = oleg.locator("section[aria-labelledby=proposed] article")
    expect(proposed).to_contain_text("Держим это время за вами до")
    look(oleg)
    proposed.get_by_role("button", name="Подходит, записаться").click()
    expect(oleg.get_by_role("heading", name="Вы записаны")).to_be_visible()
    running.staff("open-doctor-day", place, day, "--by", "Регистратова, регистратор")


def test_a_position_by_referral_tells_why_and_opens_with_its_number(
    oleg: Page, running: Stand
) -> None:
    today = date.today()
    dates = ("--from", f"{today}", "--to", f"{today + timedelta(days=60)}")
    what = ("40-000999", "--card", "anna", "--position", NEUROLOGIST)
    running.staff("add-referral", *what, *dates, "--by", "Регистратова, регистратор")
    to_the_clinic(oleg, running, ANNA)
    neurologist = oleg.locator(".pick.off").filter(has_text="Невролог")
    expect(neurologist).to_contain_text("Нужно направление. Его даёт участковый врач")
    expect(neurologist.get_by_role("link", name="записаться к нему")).to_be_visible()
    look(oleg)
    oleg.get_by_role("link", name="У меня есть направление").click()
    look(oleg)
    find_referral(oleg, "40-000125")  # Олег's own
    expect(oleg.locator("main")).to_contain_text("Такого направления нет")
    look(oleg)
    find_referral(oleg, "40-000999")
    by_referral(oleg, "40-000999")
    expect(oleg.locator("main")).to_contain_text("Невролог")


def find_referral(page: Page, number: str) -> None:
    """The form «Номер направления»."""
    page.get_by_label("Номер направления").fill(number)
    page.get_by_role("button", name="Найти направление").click()


def by_referral(page: Page, number: str) -> str:
    """From the referral's doctors to the ticket, the number told on the way."""
    told = page.get_by_text(f"Записываем по направлению № {number}")
    expect(page.get_by_text("Выберите врача")).to_be_visible()
    expect(told).to_be_visible()
    look(page)
    page.locator(".pick a.cover").first.click()
    expect(page.get_by_role("heading", name="Выберите день и время")).to_be_visible()
    expect(told).to_be_visible()
    look(page)
    to_a_later_day(page)
    hold(page)
    expect(page.get_by_role("heading", name="Проверьте запись")).to_be_visible()
    expect(told).to_be_visible()
    look(page)
    return confirm(page)


def test_ones_own_referral_is_listed_used_and_given_back_on_cancel(
    oleg: Page, running: Stand
) -> None:
    oleg.goto(running.portal)
    choose(oleg, OLEG_HIMSELF)
    oleg.goto(f"{running.portal}/referrals")
    usable = oleg.locator(".pick:not(.off)").filter(has_text="40-000125")
    expect(usable).to_contain_text("Записаться")
    usable.locator("a.cover").click()
    ticket = by_referral(oleg, "40-000125")
    oleg.goto(f"{running.portal}/referrals")
    expect(oleg.locator(".pick.off")).to_contain_text("запись уже есть")
    look(oleg)
    cancel(oleg, ticket)
    oleg.goto(f"{running.portal}/referrals")
    expect(usable).to_be_visible()


def to_a_pair(page: Page, stand: Stand) -> tuple[list[str], dict[str, list[str]]]:
    """Анна's doctor → «Записать двоих подряд» → Денис → the first two times; these, their ids."""
    to_the_area_doctor(page, stand, ANNA)
    page.get_by_role("link", name="Записать двоих подряд").click()
    look(page)
    page.get_by_role("link", name="Смирнов Денис Олегович").click()
    look(page)
    pair = page.locator("section[aria-labelledby=pairs] .slots a").first
    hours = re.findall(r"\d\d:\d\d", pair.inner_text())
    pair.click()
    expect(page.get_by_role("heading", name="Проверьте записи")).to_be_visible()
    return hours, parse_qs(urlsplit(page.url).query)


def test_two_children_are_booked_one_after_the_other(oleg: Page, running: Stand) -> None:
    hours, ids = to_a_pair(oleg, running)
    look(oleg)
    oleg.get_by_role("button", name="Записать двоих").click()
    expect(oleg.get_by_role("heading", name="Мои записи")).to_be_visible()
    both = coming(oleg, running)
    look(oleg)
    assert [hour(it) for it in both] == hours
    assert "Смирнова Анна" in both[0]
    assert "Смирнов Денис" in both[1]
    oleg.goto(f"{running.portal}/check?slot={ids['first_slot'][0]}")  # one's own
    expect(oleg.get_by_role("heading", name="Вы записаны")).to_be_visible()


def test_of_two_children_neither_is_booked_where_one_cannot_be(oleg: Page, running: Stand) -> None:
    to_a_pair(oleg, running)
    other_tab = oleg.context.new_page()
    to_the_area_doctor(other_tab, running, DENIS)
    taken = hold(other_tab, -1)
    confirm(other_tab)
    oleg.get_by_role("button", name="Записать двоих").click()
    expect(oleg.get_by_role("alert")).to_contain_text("Никто не записан")
    look(oleg)
    assert [hour(it) for it in coming(oleg, running)] == [taken]
