"""The demo's accounts: valid numbers, one password, facts as printed in the instruction."""

from registratura_standins.esia.demo_accounts import ACCOUNTS


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
