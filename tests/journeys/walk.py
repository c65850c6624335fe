"""The steps of the printed instruction, by clicking; and what is looked at on every page."""

from importlib import resources

from playwright.sync_api import Error, Page, expect

from tests.journeys.stand import Stand

PASSWORD = "Registratura-40"
MARIA = "+7 900 000-00-01"
OLEG = "+7 900 000-00-02"
STRANGER = "8 (900) 000 00 03"
AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def look(page: Page) -> None:
    """No accessibility fault, and no sideways scroll down to 320 px."""
    try:
        faults = find_faults(page)
    except Error:  # a click's redirect was still under way: the page under axe went away
        faults = find_faults(page)
    assert faults == [], page.url
    before = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url
    if before:
        page.set_viewport_size(before)


def find_faults(page: Page) -> list[tuple[str, list[str]]]:
    """What axe finds on the page that is loaded: its rule and the beginnings of the places."""
    page.wait_for_load_state()
    page.evaluate(AXE)  # by the debugger, past the page's own policy
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
    )
    return [(it["id"], [node["html"][:200] for node in it["nodes"]]) for it in found["violations"]]


def enter(page: Page, stand: Stand, login: str = MARIA, *, looking: bool = False) -> None:
    """Steps 1 and 2: home → «Личный кабинет» → «Войти через ЕСИА» → login and password."""
    page.goto(stand.portal)
    if looking:
        look(page)
    page.get_by_role("link", name="Личный кабинет").first.click()
    if looking:
        look(page)
    page.get_by_role("link", name="Войти через ЕСИА").click()
    assert page.url.startswith(stand.esia)
    if looking:
        look(page)
    page.locator("#login").fill(login)
    page.locator("#password").fill(PASSWORD)
    page.locator("button.plain-button_wide").click()


def agree(page: Page, stand: Stand, *, looking: bool = False) -> None:
    """The first time: ЕСИА's list of what is passed on, then the portal's own consent."""
    allow = page.get_by_role("button", name="Разрешить")
    consent = page.get_by_role("button", name="Даю согласие")
    inside = page.locator("header summary.who")
    # a click does not wait for the redirects behind it: what comes next is waited for by sight
    expect(allow.or_(consent).or_(inside).first).to_be_visible(timeout=15_000)
    if allow.count():
        if looking:
            look(page)
        allow.click()
        expect(consent.or_(inside).first).to_be_visible(timeout=15_000)
    if consent.count():
        if looking:
            look(page)
        consent.click()
        expect(inside).to_be_visible(timeout=15_000)


def open_menu(page: Page) -> None:
    """The drop-down in the header's upper right."""
    page.locator("header summary.who").click()


def choose(page: Page, short_name: str) -> None:
    """Step 6: the relative becomes the patient of new bookings."""
    open_menu(page)
    page.locator("header").get_by_role("button", name=short_name).click()


PETR = ("Иванов", "Петр", "Иванович", "01.01.2015", "1234567891234567")
ANNA = ("Смирнова", "Анна", "Олеговна", "14.03.2019", "4096089785000126")
DENIS = ("Смирнов", "Денис", "Олегович", "02.11.2012", "4088789747003452")


def add_relative(
    page: Page, child: tuple[str, str, str, str, str] = PETR, *, looking: bool = False
) -> None:
    """Steps 4 and 5; unless another child is named, with the data of the printed instruction."""
    open_menu(page)
    page.get_by_role("link", name="Добавить родственника").click()
    if looking:
        look(page)
    page.get_by_role("link", name="Добавить", exact=True).click()
    if looking:
        look(page)
    fill_relative(page, *child)
    page.get_by_role("button", name="Сохранить").click()


def take_off_the_list(page: Page, stand: Stand, name: str) -> None:
    """«Убрать» beside the relative of that name, if another journey has added him."""
    page.goto(f"{stand.portal}/profile")
    way = page.get_by_role("row").filter(has_text=name).get_by_role("link", name="Убрать")
    while way.count():
        way.first.click()
        page.get_by_role("button", name="Убрать из списка").click()
        expect(page.get_by_role("heading", name="Личные данные")).to_be_visible()


def fill_relative(page: Page, last: str, first: str, middle: str, born: str, policy: str) -> None:
    """The form «Добавление родственника»."""
    page.get_by_label("Фамилия").fill(last)
    page.get_by_label("Имя", exact=False).and_(page.locator("input")).first.fill(first)
    page.get_by_label("Отчество").and_(page.locator("input[type=text], input:not([type])")).fill(
        middle
    )
    page.get_by_label("Вид родства").select_option(label="Ребёнок")
    page.get_by_label("Дата рождения").fill(born)
    page.get_by_label("полиса ОМС").fill(policy)
    page.get_by_label("законный представитель").check()


def to_the_times(page: Page, *, looking: bool = False) -> None:
    """Step 7 up to the doctor's times: attachment's clinic → area paediatrician → his week."""
    if looking:
        look(page)
    page.locator(".pick.first a.cover").click()
    if looking:
        look(page)
    page.get_by_role("link", name="Педиатр участковый").first.click()
    if looking:
        look(page)
    expect(page.get_by_text("Ваш участковый")).to_be_visible()
    page.locator(".pick.first a.cover").click()


def book(page: Page, *, looking: bool = False, last: bool = False) -> str:
    """Step 7 from the times to «Вы записаны»; the address of the ticket."""
    if looking:
        look(page)
    times = page.locator(".time input")
    (times.last if last else times.first).check(force=True)
    page.get_by_role("button", name="Продолжить").click()
    if looking:
        look(page)
    page.get_by_role("button", name="Записаться").click()
    expect(page.get_by_role("heading", name="Вы записаны")).to_be_visible()
    if looking:
        look(page)
    return page.url


def cancel(page: Page, ticket: str, *, looking: bool = False) -> None:
    """The ticket → «Отменить» → «Отменить запись»."""
    page.goto(ticket)
    page.get_by_role("link", name="Отменить").click()
    if looking:
        look(page)
    page.get_by_role("button", name="Отменить запись").click()
    expect(page.get_by_role("heading", name="Запись отменена")).to_be_visible()


def cancel_all(page: Page, stand: Stand) -> None:
    """Every visit to come of everybody whom this account sees."""
    page.goto(f"{stand.portal}/appointments")
    links = page.locator("section[aria-labelledby=coming] a").filter(has_text="Талон").all()
    for ticket in [link.get_attribute("href") for link in links]:
        cancel(page, f"{stand.portal}{ticket}")
