"""One's own data, and a registrar's way to work, in a browser on the whole stand."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.stand import Stand
from tests.journeys.walk import enter, look

REGISTRAR = "+7 900 000-00-10"


def test_the_owner_looks_at_his_data_and_takes_both_copies_along(
    oleg: Page, running: Stand, tmp_path: Path
) -> None:
    for page in ("profile", "profile/journal", "profile/sessions", "profile/deletion"):
        oleg.goto(f"{running.portal}/{page}")
        look(oleg)
    oleg.goto(f"{running.portal}/profile")
    for kind, beginning in (("PDF", b"%PDF-"), ("JSON", b"{")):
        with oleg.expect_download() as started:
            oleg.get_by_role("button", name=f"Скачать {kind}").click()
        started.value.save_as(tmp_path / kind)
        assert (tmp_path / kind).read_bytes().startswith(beginning)
    oleg.get_by_role("link", name="Прочитать или отозвать").click()
    look(oleg)


def test_a_registrar_signs_in_through_esia_and_works(phone: Page, running: Stand) -> None:
    enter(phone, running, REGISTRAR)
    phone.wait_for_load_state()
    if phone.url.startswith(running.esia):
        phone.get_by_role("button", name="Разрешить").click()
    expect(phone.get_by_role("heading", name="Куда войти")).to_be_visible()
    look(phone)
    phone.get_by_role("button", name="Начать работу").click()
    expect(phone.get_by_text("Регистратова Ольга Ивановна")).to_be_visible()
    look(phone)
    phone.get_by_role("link", name="Найти ребёнка").click()
    phone.get_by_label("Полис ребёнка или номер связи").fill("4088 7897 4700 3452")
    phone.get_by_role("button", name="Найти").click()
    expect(phone.get_by_role("heading", name="Не нашлось")).to_be_visible()  # another clinic's
    look(phone)
    phone.locator("header summary.who").click()
    phone.get_by_role("button", name="Выйти").click()
    phone.goto(f"{running.portal}/desk")
    expect(phone.get_by_role("heading", name="Личный кабинет")).to_be_visible()
