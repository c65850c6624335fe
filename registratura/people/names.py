"""Names of people as they are typed: cleaned, shortened; the sex that a patronymic tells."""

import re
import unicodedata
from typing import Literal

from registratura.people.refusals import NameEmpty, NameHasOddSigns, NameTooLong

Sex = Literal["M", "F"]

LONGEST = 60  # letters of one part of a name
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼʻʹ`´′", "'"))
MALE_ENDINGS = ("ич", "оглы", "оглу", "улы", "ұлы", "углы", "угли", "ўғли", "уулу")
FEMALE_ENDINGS = ("вна", "чна", "кызы", "гызы", "қызы", "кизи", "қизи")


def clean(typed: str, what: str = "имя") -> str:
    """The name with single blanks, plain hyphens and apostrophes; its letters as typed.

    Letters of any alphabet are welcome (Әлфия, Žofia). Refuses with `NameEmpty` (`what` is the
    accusative of the field), `NameTooLong`, `NameHasOddSigns`.
    """
    text = "".join(sign for sign in unicodedata.normalize("NFC", typed) if not _is_unseen(sign))
    text = text.translate(_HYPHENS).translate(_APOSTROPHES)
    text = re.sub(r"\s*-\s*", "-", " ".join(text.split())).strip("-")
    if not text:
        raise NameEmpty(what=what)
    if len(text) > LONGEST:
        raise NameTooLong(limit=LONGEST)
    for sign in text:
        if not _may_stand_in_a_name(sign):
            raise NameHasOddSigns(sign=sign)
    if not any(unicodedata.category(sign).startswith("L") for sign in text):
        raise NameHasOddSigns(sign=text[0])
    return text


def _is_unseen(sign: str) -> bool:
    """What copying leaves behind: soft hyphens, zero-width blanks, direction marks, controls."""
    return unicodedata.category(sign) in ("Cf", "Cc") and not sign.isspace()


def _may_stand_in_a_name(sign: str) -> bool:
    return sign in " -'" or unicodedata.category(sign)[0] in "LM"


def short(last_name: str, first_name: str, middle_name: str | None) -> str:
    """«Иванова М.П.»: the last name and the initials."""
    initials = "".join(f"{name[0].upper()}." for name in (first_name, middle_name) if name)
    return f"{last_name} {initials}"


def full(last_name: str, first_name: str, middle_name: str | None) -> str:
    """«Иванова Мария Петровна»."""
    return " ".join(name for name in (last_name, first_name, middle_name) if name)


def guess_sex(middle_name: str | None) -> Sex | None:
    """The sex that the patronymic tells, or None where it tells nothing."""
    ending = (middle_name or "").strip().lower().replace("ё", "е")
    if ending.endswith(MALE_ENDINGS):
        return "M"
    return "F" if ending.endswith(FEMALE_ENDINGS) else None
