"""The demo's accounts: valid numbers, one password, facts as printed in the instruction."""

from pathlib import Path

from registratura.settings import Settings
from registratura.stand.screen import screen
from registratura_standins.esia.database import Connection, execute
from registratura_standins.esia.demo_accounts import ACCOUNTS, PASSWORD
from registratura_standins.esia.demo_seeding import TOTP_SECRET
from registratura_standins.esia.spellings import format_phone
from tests.esia_standin.browser import Browser, Page


def snils_check(digits: str) -> str:
    """Two check digits of a СНИЛС, written from the rule."""
    total = sum(int(digit) * (9 - place) for place, digit in enumerate(digits[:9])) % 101
    return f"{0 if total == 100 else total:02}"


def policy_check(number: str) -> int:
    """Check digit of a policy number (ENP), written from the rule."""
    digits = [int(digit) for digit in number[:15]]
    odd, even = digits[-1::-2], digits[-2::-2]
    doubled = str(int("".join(map(str, odd))) * 2)
    total = sum(map(int, "".join(map(str, even)) + doubled))
    return -total % 10


def test_every_snils_and_policy_has_valid_check_digits() -> None:
    numbers = [one.snils for one in ACCOUNTS] + [c.snils for one in ACCOUNTS for c in one.children]
    for snils in filter(None, numbers):
        assert snils[9:] == snils_check(snils), snils
    policies = [one.policy for one in ACCOUNTS]
    policies += [child.policy for one in ACCOUNTS for child in one.children]
    for policy in filter(None, policies):
        assert int(policy[15]) == policy_check(policy), policy


def test_accounts_are_those_of_the_instruction() -> None:
    shown = {one.phone: (one.name, one.level, one.second_step) for one in ACCOUNTS}
    assert shown["+79000000001"] == ("Иванова Мария Петровна", "confirmed", None)
    assert shown["+79000000002"] == ("Смирнов Олег Андреевич", "confirmed", None)
    assert shown["+79000000003"] == ("Чужов Семён Ильич", "confirmed", None)
    assert shown["+79000000004"] == ("Новикова Дарья Сергеевна", "simplified", None)
    assert shown["+79000000005"] == ("Фёдоров Илья Борисович", "confirmed", "sms")
    assert {f"+790000000{number}" for number in (10, 11, 12, 13)} < set(shown)


async def test_the_help_lists_every_account_that_is_there(
    browser: Browser, esia_db: Connection
) -> None:
    await execute(esia_db, "delete from account where oid = 1000000003")
    text = Page((await browser.get("/help")).text).text
    for one in ACCOUNTS:
        shown = format_phone(one.phone) in text and one.name in text
        assert shown == (one.number != 3), one.name
    assert PASSWORD in text
    assert TOTP_SECRET in text
    await execute(esia_db, "delete from account")
    assert PASSWORD not in (await browser.get("/help")).text


def test_the_screen_of_the_demo_names_every_account() -> None:
    shown = screen(Settings(), "http://127.0.0.1:8001", "http://127.0.0.1:8002", Path("logs"))
    assert [one.phone for one in ACCOUNTS if format_phone(one.phone) not in shown] == []
    assert "http://127.0.0.1:8001/help" in shown


def test_every_account_says_what_it_is_for() -> None:
    notes = [one.note for one in ACCOUNTS]
    assert all(notes)
    assert len(set(notes)) == len(notes)
