"""Pages of the stand-in: strip, content policy, links that lead somewhere, calm faults."""

import re
from urllib.parse import urlsplit

import httpx

from registratura_standins.esia.database import Connection, execute
from registratura_standins.esia.grant import count_children
from registratura_standins.esia.scopes import name_groups
from tests.esia_standin.browser import Browser, Page
from tests.esia_standin.portal import Portal

OPEN = [
    "/login",
    "/registration",
    "/recovery",
    "/recovery/done",
    "/help",
    "/terms",
    "/messages",
    "/nothing",
    "/consent",
    "/idp/ext/Logout",
    "/aas/oauth2/v2/ac",
]


OWN = [
    "/account",
    "/account/policy",
    "/account/contact",
    "/account/children/new",
    "/account/children/5002/account",
    "/account/password",
    "/account/second-step",
]


async def own_pages(browser: Browser, portal: Portal) -> list[httpx.Response]:
    """One answer of every page there is."""
    pages = [await browser.get(path) for path in OPEN]
    await browser.sign_in("+7 900 000-00-05")
    pages.append(await browser.get("/login/code"))
    pages.append(await browser.sign_in("oleg@example.org", "wrong"))
    await browser.sign_in("oleg@example.org")
    consent = await browser.get(portal.ask_url())
    pages.append(await browser.get(consent.headers["location"]))
    await browser.send_form(pages[-1], "/consent", grant="1")
    await browser.send_form(await browser.get("/account"), "/account/children/5002/verify")
    return pages + [await browser.get(path) for path in OWN]


async def test_every_page_says_that_this_is_a_stand_and_follows_the_strict_policy(
    browser: Browser, portal: Portal
) -> None:
    for page in await own_pages(browser, portal):
        assert "Учебный стенд. Не вводите здесь настоящий пароль." in page.text, page.url
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; script-src 'self'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script>", page.text)
        assert page.text.count("<h1") == 1


async def test_forms_may_lead_to_registered_clients(browser: Browser, portal: Portal) -> None:
    policy = (await browser.get("/login")).headers["content-security-policy"]
    assert policy.endswith("form-action 'self' http://127.0.0.1:8000")


async def test_scripts_of_others_find_the_elements_that_they_look_for(
    browser: Browser, portal: Portal
) -> None:
    """Their names are those of the original's pages."""
    asked = (await browser.get(portal.ask_url())).headers["location"]
    login = Page((await browser.get(asked)).text)
    assert (login.ids["login"]["tag"], login.ids["login"]["name"]) == ("input", "login")
    password = login.ids["password"]
    assert (password["name"], password["type"]) == ("password", "password")
    button = r'<button class="[^"]*\bplain-button_wide\b[^"]*" type="submit">'
    assert len(re.findall(button, (await browser.get(asked)).text)) == 1
    signed_in = await browser.sign_in("oleg@example.org", ask=asked.partition("=")[2])
    consent = Page((await browser.get(signed_in.headers["location"])).text)
    found = consent.ids["grantAuthorization"]
    assert (found["tag"], found["type"], found["name"]) == ("button", "submit", "grant")


async def test_every_link_of_every_page_leads_somewhere(browser: Browser, portal: Portal) -> None:
    links = {link for page in await own_pages(browser, portal) for link in Page(page.text).links}
    assert {"/account", "/help", "/messages"} <= links
    for link in sorted(links):
        if link.startswith("#"):
            continue
        assert not urlsplit(link).netloc, link
        answer = await browser.get(link)
        assert answer.status_code in (200, 303), link


async def test_the_account_page_shows_children_and_which_certificate_is_verified(
    browser: Browser,
) -> None:
    await browser.sign_in("+7 900 000-00-02")
    text = Page((await browser.get("/account")).text).text
    assert re.search(r"Смирнова Анна Олеговна .{0,80}Свидетельство проверено", text)
    assert re.search(r"Смирнов Денис Олегович .{0,80}Свидетельство не проверено", text)
    assert "Учётная запись подтверждена" in text
    assert "200-000-002 20" in text


async def test_an_unconfirmed_account_is_said_to_be_so(browser: Browser) -> None:
    await browser.sign_in("+7 900 000-00-04")
    page = await browser.get("/account")
    assert "Учётная запись не подтверждена Упрощённая" in Page(page.text).text
    assert "<dt>СНИЛС</dt>" not in page.text


async def test_settings_for_low_vision_are_kept_and_lead_back_only_here(browser: Browser) -> None:
    page = await browser.get("/login")
    answer = await browser.send_form(page, "/vision", size="xl", scheme="wb")
    assert answer.headers["location"] == "/login"
    assert '<html lang="ru" data-size="xl" data-scheme="wb">' in (await browser.get("/help")).text
    for back in ("//evil.example", "/\\evil.example", "https://evil.example", ""):
        answer = await browser.send_form(page, "/vision", back=back, reset="1")
        assert answer.headers["location"] == "/account"
    assert '<html lang="ru">' in (await browser.get("/help")).text


async def test_what_was_typed_comes_back_escaped(browser: Browser) -> None:
    answer = await browser.sign_in('"><script>alert(1)</script>', "wrong")
    assert "<script>alert" not in answer.text
    assert "&#34;&gt;&lt;script&gt;" in answer.text


async def test_text_that_no_database_can_hold_is_no_fault_of_ours(browser: Browser) -> None:
    await browser.sign_in("+7 900 000-00-03")
    token = Page((await browser.get("/account")).text).forms[0][1]["_csrf_token"]
    for path, field in (
        ("/account/consents/revoke", "client"),
        ("/consent", "ask"),
        ("/signout", "ask"),
        ("/vision", "back"),
        ("/login", "login"),
    ):
        answer = await browser.post(path, data={"_csrf_token": token, field: "a\x00b"})
        assert answer.status_code < 500, path


async def test_a_session_that_lost_its_account_is_nobody(
    browser: Browser, esia_db: Connection
) -> None:
    await browser.sign_in("+7 900 000-00-03")
    await execute(esia_db, "delete from account where oid = 1000000003")
    assert (await browser.get("/account")).headers["location"] == "/login"


def test_children_are_counted_and_groups_are_named_in_good_russian() -> None:
    counted = [count_children(number) for number in (1, 2, 5, 11, 21)]
    assert counted == ["1 ребёнок", "2 ребёнка", "5 детей", "11 детей", "21 ребёнок"]
    assert name_groups(["snils", "fullname", "medical_doc", "kid_gender"]) == (
        "ФИО, пол, дата рождения, СНИЛС, полис ОМС, дети"
    )
