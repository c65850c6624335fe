"""Policies, СНИЛС and names as they are typed, and as they are kept."""

import pytest
from hypothesis import given as for_any
from hypothesis import strategies as st

from registratura.people import names, policies, snils
from registratura.people.refusals import (
    NameEmpty,
    NameHasOddSigns,
    NameTooLong,
    PolicyCheckDigitWrong,
    PolicyEmpty,
    PolicyHasOddSigns,
    PolicyNotSixteenDigits,
    SnilsCheckDigitsWrong,
    SnilsNotElevenDigits,
)

GOOD_POLICIES = (
    "4096089785000126", "4088789747003452", "4053110874010015", "4078250840000079",
)  # fmt: skip
DIGITS = "0123456789"


# policies


@pytest.mark.parametrize(
    "typed", ["1234567891234567", " 1234 5678-9123–4567 ", "1234\xa05678 91234567"]
)
def test_blanks_and_dashes_in_a_policy_do_not_matter(typed: str) -> None:
    assert policies.normalise(typed) == "1234567891234567"


@pytest.mark.parametrize("typed", ["123456789123456", "12345678912345678", "1", "1" * 10_000])
def test_sixteen_digits_are_a_hard_rule(typed: str) -> None:
    with pytest.raises(PolicyNotSixteenDigits):
        policies.normalise(typed)


def test_the_refusal_of_a_policy_says_how_many_digits_were_typed() -> None:
    with pytest.raises(PolicyNotSixteenDigits, match="16 цифр, а здесь 15 цифр"):
        policies.normalise("123456789123456")
    with pytest.raises(PolicyNotSixteenDigits, match="а здесь 11 цифр"):
        policies.normalise("12345678901")
    with pytest.raises(PolicyNotSixteenDigits, match="а здесь 21 цифра"):
        policies.normalise("1" * 21)


@pytest.mark.parametrize("typed", ["40 № 1234", "١٢٣٤٥٦٧٨٩١٢٣٤٥٦٧", "123456789123456x", "²" * 16])
def test_a_policy_holds_plain_digits_only(typed: str) -> None:
    with pytest.raises(PolicyHasOddSigns):
        policies.normalise(typed)


def test_no_policy_at_all_is_refused() -> None:
    with pytest.raises(PolicyEmpty):
        policies.normalise(" - ")


def test_a_wrong_check_digit_is_a_warning_unless_the_setting_is_strict() -> None:
    assert policies.normalise("1234567891234567") == "1234567891234567"
    assert policies.warning("1234567891234567") == "Похоже, опечатка: проверьте номер полиса"
    with pytest.raises(PolicyCheckDigitWrong):
        policies.normalise("1234567891234567", "strict")


@pytest.mark.parametrize("number", [*GOOD_POLICIES, "1234567891234563"])
def test_a_right_check_digit_is_no_warning(number: str) -> None:
    assert policies.warning(number) is None
    assert policies.normalise(number, "strict") == number


@for_any(st.text(DIGITS, min_size=15, max_size=15))
def test_exactly_one_check_digit_fits_every_number(body: str) -> None:
    assert sum(policies.fits_check_digit(body + digit) for digit in DIGITS) == 1


@for_any(st.text(DIGITS, min_size=16, max_size=16), st.integers(0, 15), st.integers(1, 9))
def test_one_mistyped_digit_is_always_noticed(number: str, place: int, shift: int) -> None:
    wrong = str((int(number[place]) + shift) % 10)
    mistyped = number[:place] + wrong + number[place + 1 :]
    assert not (policies.fits_check_digit(number) and policies.fits_check_digit(mistyped))


# СНИЛС


@pytest.mark.parametrize("typed", ["112-233-445 95", "11223344595", " 112 233 445–95"])
def test_blanks_and_dashes_in_a_snils_do_not_matter(typed: str) -> None:
    assert snils.normalise(typed) == "11223344595"


def test_the_check_digits_of_a_snils_must_fit() -> None:
    with pytest.raises(SnilsCheckDigitsWrong, match="последние две цифры"):
        snils.normalise("112-233-445 90")


def test_the_oldest_numbers_have_no_check_digits() -> None:
    assert snils.normalise("001-001-998 11") == "00100199811"


@pytest.mark.parametrize("typed", ["1122334459", "112233445955", "112-233-445 9х", "9" * 10_000])
def test_a_snils_has_eleven_digits(typed: str) -> None:
    with pytest.raises(SnilsNotElevenDigits):
        snils.normalise(typed)


@for_any(st.integers(min_value=1_001_999, max_value=999_999_999).map(lambda it: f"{it:09d}"))
def test_a_snils_comes_back_from_every_way_of_writing_it(nine: str) -> None:
    number = nine + snils.check_digits(nine)
    assert snils.normalise(snils.formatted(number)) == number
    assert snils.masked(number).endswith(number[7:9] + " " + number[9:])


# names


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Петр ", "Петр"),
        ("Пётр", "Пётр"),
        ("анна-мария", "анна-мария"),
        ("Анна — Мария", "Анна-Мария"),
        ("О’Коннор", "О'Коннор"),
        ("Д`Артаньян", "Д'Артаньян"),
        ("Әлфия", "Әлфия"),
        ("Җәмилә Һади кызы", "Җәмилә Һади кызы"),
        ("Žofia", "Žofia"),
        ("Гюль\xa0 Мамед", "Гюль Мамед"),
        ("Юлии\u0306", "Юлий"),
        ("Ив\u200bан\u00adов", "Иванов"),
        ("Нгуен Тхи", "Нгуен Тхи"),
        ("გიორგი", "გიორგი"),
        ("Й", "Й"),
    ],
)
def test_a_name_keeps_its_letters_and_loses_stray_blanks(typed: str, kept: str) -> None:
    assert names.clean(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", " - ", "\u200b", "\t\n"])
def test_an_empty_name_is_refused_with_the_name_of_the_field(typed: str) -> None:
    with pytest.raises(NameEmpty, match="Введите фамилию"):
        names.clean(typed, "фамилию")


@pytest.mark.parametrize(
    "typed", ["Иванов2", "<b>Петр</b>", "Пётр;", "Иванов_", "Петр😀", "''", "a@b"]
)
def test_signs_that_no_name_has_are_refused_and_named(typed: str) -> None:
    with pytest.raises(NameHasOddSigns):
        names.clean(typed)


def test_the_refusal_names_the_sign() -> None:
    with pytest.raises(NameHasOddSigns, match="«<»"):
        names.clean("<b>Петр</b>")


@pytest.mark.parametrize("length", [61, 10_000])
def test_a_name_longer_than_any_document_allows_is_refused(length: int) -> None:
    assert names.clean("ж" * 60)
    with pytest.raises(NameTooLong, match="60"):
        names.clean("ж" * length)


@for_any(st.text(max_size=80))
def test_a_cleaned_name_stays_as_it_is_when_cleaned_again(typed: str) -> None:
    try:
        kept = names.clean(typed)
    except (NameEmpty, NameTooLong, NameHasOddSigns):
        return
    assert names.clean(kept) == kept
    assert kept == kept.strip()


@pytest.mark.parametrize(
    ("patronymic", "sex"),
    [
        ("Иванович", "M"), ("Ильич", "M"), ("Кузьмич", "M"), ("Гейдар оглы", "M"),
        ("Петровна", "F"), ("Ильинична", "F"), ("Кузьминична", "F"), ("Гейдар кызы", "F"),
        ("ИВАНОВИЧ", "M"), ("Фёдоровна", "F"),
        (None, None), ("", None), ("Жан", None), ("Мария", None),
    ],
)  # fmt: skip
def test_the_patronymic_tells_the_sex_or_nothing(patronymic: str | None, sex: str | None) -> None:
    assert names.guess_sex(patronymic) == sex


def test_a_short_name_is_the_last_name_and_the_initials() -> None:
    assert names.short("Иванова", "Мария", "Петровна") == "Иванова М.П."
    assert names.short("Нгуен", "тхи", None) == "Нгуен Т."
