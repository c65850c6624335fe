"""The federal way in, by clicking: from «Личный кабинет» to the number of the booking."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.stand import Stand
from tests.journeys.walk import PASSWORD, look

Look = Callable[[Page], None]


def enter(page: Page, stand: Stand, login: str, seen: Look) -> None:
    """Home → «Личный кабинет» → «Вход» → ЕСИА; the first time, what is passed on."""
    page.goto(stand.gosuslugi)
    page.locator("header summary").click()
    seen(page)
    page.get_by_role("link", name="Вход").click()
    assert page.url.startswith(stand.esia)
    page.locator("#login").fill(login)
    page.locator("#password").fill(PASSWORD)
    page.locator("button.plain-button_wide").click()
    if page.url.startswith(stand.esia):
        page.get_by_role("button", name="Разрешить").click()
    expect(page.get_by_role("heading", name="Каталог услуг")).to_be_visible()


def begin(page: Page, whom: str, seen: Look) -> None:
    """«Мое здоровье» → «Записаться к врачу» → whom."""
    seen(page)
    page.get_by_role("link", name="Мое здоровье").first.click()
    page.get_by_role("link", name="Записаться к врачу").first.click()
    seen(page)
    page.get_by_role("link", name="Начать").click()
    seen(page)
    page.get_by_label(whom).check()
    page.get_by_role("button", name="Продолжить").click()
    seen(page)


def look_at_other_doctors(page: Page, seen: Look) -> None:
    """Another position → its clinics → its doctors; a referral that nobody has; back."""
    here = page.url
    page.get_by_role("link", name="Выбрать другого врача или специальность").click()
    seen(page)
    page.locator(".links a").first.click()
    seen(page)
    page.locator("a.cover").first.click()
    expect(page.get_by_role("heading", name="Выберите врача")).to_be_visible()
    seen(page)
    page.goto(here)
    page.get_by_role("link", name="Записаться по направлению").click()
    page.get_by_label("Номер направления").fill("40-123456")
    page.get_by_role("button", name="Найти").click()
    expect(page.locator("main")).to_contain_text("с таким номером у этого пациента нет")
    seen(page)
    page.goto(here)


def to_the_check(page: Page, seen: Look) -> str:
    """The area paediatrician, for whom no clinic is asked → a later day → its last time → the
    check; that time as it was written."""
    expect(page.get_by_role("heading", name="Мы нашли участкового педиатра")).to_be_visible()
    expect(page.get_by_role("heading", name="Как мы выбрали врача")).to_be_visible()
    seen(page)
    page.locator("form.found").get_by_role("button", name="Выбрать время").click()
    page.locator("a.day").last.click()
    seen(page)
    chosen = page.locator(".time").last
    words = chosen.locator("label").inner_text()
    chosen.locator("input").check(force=True)
    page.get_by_role("button", name="Продолжить").click()
    expect(page.locator("main")).to_contain_text(words)
    seen(page)
    return words


def book(page: Page, seen: Look) -> str:
    """«Записаться»; the number of the booking."""
    page.get_by_role("button", name="Записаться").click()
    expect(page.get_by_role("heading", name="Вы записаны")).to_be_visible()
    seen(page)
    number = page.locator("dt:has-text('Номер записи') + dd").inner_text()
    assert re.fullmatch(r"\S+", number)
    return number


def cancel(page: Page, stand: Stand, seen: Look) -> None:
    """«Мои записи» → «Отменить запись»."""
    page.goto(f"{stand.gosuslugi}/appointments")
    seen(page)
    page.get_by_role("link", name="Отменить запись").first.click()
    seen(page)
    page.get_by_role("button", name="Отменить запись").click()
    expect(page.get_by_text("Вы отменили").first).to_be_visible()
    seen(page)


def wait_for(page: Page, words: str, seconds: float) -> None:
    """The page says it within that time, asked for again and again."""
    deadline = time.monotonic() + seconds
    while not page.get_by_text(words).count():
        assert time.monotonic() < deadline, f"no «{words}» within {seconds} s"
        page.wait_for_timeout(200)
        page.reload()


def looking(page: Page) -> None:
    """Axe, and no sideways scroll."""
    look(page)


def passing(_: Page) -> None:
    """Another journey has looked."""
