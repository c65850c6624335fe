"""СНИЛС, telephone and e-mail as people spell them, and as they are kept and shown."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s().\-\u2010-\u2015\u2212]+")
_SNILS_SPELT = re.compile(r"^\d{3}[\s-]\d{3}[\s-]\d{3}[\s-]\d{2}$")
LONGEST_LOGIN = 254


def read_login(typed: str) -> list[str]:
    """Names under which an account may be known by what was typed, the likeliest first.

    Empty where it is none of phone, e-mail and СНИЛС. Eleven digits beginning with 7 or 8 may be
    a telephone or a СНИЛС: both are given, unless the spelling tells.
    """
    text = unicodedata.normalize("NFKC", typed[: LONGEST_LOGIN + 1]).strip()
    if not text or len(text) > LONGEST_LOGIN or not text.isprintable():
        return []
    if "@" in text:
        return [text.lower()]
    digits = _SEPARATORS.sub("", text)
    if not re.fullmatch(r"\+?[0-9]{10,15}", digits):
        return []
    if digits.startswith("+"):
        return [digits]
    phone = [f"+7{digits[-10:]}"] if _is_phone(digits) else []
    snils = [digits] if len(digits) == 11 else []
    if snils and _SNILS_SPELT.match(_plain_dashes(text)):
        return snils + phone
    return phone + snils


def _plain_dashes(text: str) -> str:
    return re.sub(r"[\u2010-\u2015\u2212]", "-", text)


def _is_phone(digits: str) -> bool:
    return len(digits) == 10 or (len(digits) == 11 and digits[0] in "78")


def format_snils(digits: str) -> str:
    """`11223344595` → `112-233-445 95`."""
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}"


def format_phone(phone: str) -> str:
    """`+79000000001` → `+7 900 000-00-01`; another country's number stays as it is."""
    if not re.fullmatch(r"\+7[0-9]{10}", phone):
        return phone
    return f"+7 {phone[2:5]} {phone[5:8]}-{phone[8:10]}-{phone[10:]}"


def mask_phone(phone: str) -> str:
    """`+79000000005` → `+7 900 •••-••-05`."""
    shown = format_phone(phone)
    return f"{shown[:6]} •••-••-{shown[-2:]}" if shown.startswith("+7 ") else f"•••{shown[-2:]}"


def mask_email(email: str) -> str:
    """`maria@example.org` → `m•••@example.org`."""
    name, _, host = email.partition("@")
    return f"{name[:1]}•••@{host}"
