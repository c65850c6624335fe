"""A family in the browser: Ирина adds Вера of ЕСИА's list with one press, Вера sees who may book
her and hides a speciality; then she is told what a code of an adult looks like at her mother's."""

from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import on_a_phone
from tests.journeys.stand import Stand
from tests.journeys.walk import agree, enter, look

VERA, IRINA, ANDREY = (f"+7 900 000-00-0{number}" for number in (6, 7, 8))


def open_holders(page: Page, stand: Stand) -> None:
    page.goto(f"{stand.portal}/profile")
    page.get_by_role("link", name="Кто может записывать меня").click()


def test_a_family_of_three_accounts(browser: Browser, running: Stand) -> None:
    with on_a_phone(browser) as irina, on_a_phone(browser) as vera, on_a_phone(browser) as andrey:
        enter(irina, running, IRINA)
        agree(irina, running)
        irina.goto(f"{running.portal}/profile/relatives/add")
        expect(irina.get_by_text("Свидетельство проверено")).to_be_visible()
        look(irina)
        irina.get_by_role("button", name="Соколова Вера Андреевна").click()
        expect(irina.get_by_text("Подтверждён")).to_be_visible()
        look(irina)

        enter(vera, running, VERA)
        agree(vera, running)
        open_holders(vera, running)
        expect(vera.get_by_role("rowheader", name="Соколова Ирина Павловна")).to_be_visible()
        look(vera)
        vera.get_by_label("Оториноларинголог").check()
        vera.get_by_role("button", name="Сохранить").click()
        expect(vera.get_by_label("Оториноларинголог")).to_be_checked()

        irina.goto(f"{running.portal}/profile")
        irina.get_by_role("link", name="Кто записывает").click()
        expect(irina.get_by_text("Мать")).to_be_visible()
        look(irina)
        open_holders(irina, running)
        irina.get_by_label("Муж или жена").check()
        irina.get_by_label("Записывать меня").check()
        irina.get_by_label("12", exact=True).check()
        irina.get_by_role("button", name="Создать код").click()
        code = irina.locator(".code.big").inner_text()
        look(irina)

        enter(andrey, running, ANDREY)
        agree(andrey, running)
        andrey.goto(f"{running.portal}/profile/relatives/add")
        andrey.get_by_label("Код").fill(code)
        andrey.get_by_role("button", name="Добавить по коду").click()
        expect(andrey.get_by_role("rowheader", name="Соколова Ирина Павловна")).to_be_visible()
        look(andrey)
        irina.reload()  # the form anew, a new code: the list has Андрей already
        expect(irina.get_by_role("rowheader", name="Соколов Андрей Викторович")).to_be_visible()
        irina.get_by_role("button", name="Соколов Андрей Викторович").click()
        expect(irina.get_by_text("Кроме вас – никто")).to_be_visible()
