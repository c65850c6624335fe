"""The words of notices about links. A letter names nobody but its reader's own patient."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from babel import Locale
from babel.dates import format_date

_RUSSIAN = Locale.parse("ru")

# Whom the patient is to the account → who its owner is to the patient, a man and a woman.
_HOLDERS: Mapping[str, tuple[str, str]] = {
    "child": ("отец", "мать"),
    "ward": ("опекун", "опекун"),
    "grandchild": ("дедушка", "бабушка"),
    "sibling": ("брат", "сестра"),
    "other_child": ("родственник", "родственница"),
    "spouse": ("муж", "жена"),
    "parent": ("сын", "дочь"),
    "by_proxy": ("по доверенности", "по доверенности"),
}

_UNEXPECTED = " Если вы этого не ждали, позвоните в регистратуру."
_MESSAGES: Mapping[str, str] = {
    "link_new": "{patient}: записывать к врачу теперь может и {who}. {sees}" + _UNEXPECTED,
    "link_confirmed": "{patient}: родство подтверждено, все записи теперь видит и {who}."
    + _UNEXPECTED,
    "own_confirmed": "{patient}: регистратура подтвердила родство. Теперь вы видите и те записи,"
    " которые сделали не вы.",
    "link_revoked": "{patient}: разрешение отозвано, записывать и видеть записи вы больше не"
    " можете. Талоны, которые уже есть, остаются в силе.",
    "link_ends_30": "{patient}: записывать к врачу вы сможете по {last} включительно. {reason}",
    "link_ends_7": "{patient}: записывать к врачу вы сможете по {last} включительно. {reason}",
    "holder_new": "Записывать вас к врачу теперь может {who}. {sees}" + _UNEXPECTED,
    "holder_confirmed": "Родство подтверждено: {who} теперь видит все ваши записи, кроме тех,"
    " что вы скрыли." + _UNEXPECTED,
    "holder_left": "Больше не может вас записывать: {who}.",
    "holder_ends_30": "По {last} включительно вас может записывать {who}. {reason}",
    "holder_ends_7": "По {last} включительно вас может записывать {who}. {reason}",
}
_CHANGED = "изменилось, кто может записывать к врачу. Подробности – в личном кабинете: {address}"
_ENDING = "{patient}: записывать к врачу можно по {last} включительно. Подробности – в личном"
_LETTERS: Mapping[str, str] = {
    **dict.fromkeys(_MESSAGES, "{patient}: " + _CHANGED),
    "own_confirmed": "{patient}: родство подтверждено. Подробности – в личном кабинете: {address}",
    "link_revoked": "{patient}: разрешение отозвано. Подробности – в личном кабинете: {address}",
    "link_ends_30": _ENDING + " кабинете: {address}",
    "link_ends_7": _ENDING + " кабинете: {address}",
}
_REASONS: Mapping[str, tuple[str, str]] = {  # to the holder, to the patient himself
    "age": (
        "Затем исполнится 18 лет: дальше записываются сами, через свою учётную запись.",
        "Затем вам исполнится 18 лет: дальше вы записываетесь сами.",
    ),
    "order": (
        "Затем закончится акт об опеке. Новый акт принесите в регистратуру.",
        "Затем закончится акт об опеке.",
    ),
    "consent": (
        "Затем закончится согласие. Продлить его можно только новым кодом от самого пациента.",
        "Затем закончится ваше согласие. Продлить его можно новым кодом.",
    ),
}
_SEES: Mapping[tuple[bool, bool], str] = {  # acts, sees every visit
    (True, True): "Видит все записи.",
    (True, False): "Видит только то, что запишет сам.",
    (False, True): "Только видит записи, сам не записывает.",
}


@dataclass(frozen=True)
class LinkChange:
    """What became of a link, as far as it is told. `ends_on`: the first day without it; `is_own`:
    told to its own holder."""

    kind: str
    name: str
    sex: str
    kinship: str
    acts: bool
    sees: bool
    ends_on: date
    reason: Literal["age", "order", "consent"]
    is_own: bool = False

    @property
    def wording(self) -> str:
        """Under which name its words stand."""
        return "own_confirmed" if self.is_own and self.kind == "link_confirmed" else self.kind

    @property
    def who(self) -> str:
        """«Смирнов Олег Андреевич (отец)»."""
        return f"{self.name} ({holder(self.kinship, self.sex)})"


def holder(kinship: str, sex: str) -> str:
    """Who the account's owner is to the patient: «мать», «опекун», «дочь»."""
    return _HOLDERS[kinship][sex == "F"]


def message(change: LinkChange, patient: str) -> str:
    """The message of the portal's own page."""
    return _told(_MESSAGES, change, patient, "")


def letter(change: LinkChange, patient: str, address: str) -> str:
    """The whole body of the letter; `address` is where the details are, behind sign-in."""
    return _told(_LETTERS, change, patient, address)


def path(kind: str) -> str:
    """Where a notice leads: the patient to those who may act for him, a holder to his list."""
    return "/profile/holders" if kind.startswith("holder_") else "/profile#relatives"


def is_of_a_link(kind: str) -> bool:
    """Whether a notice of that kind tells of a link."""
    return kind in _MESSAGES


def _sees(change: LinkChange) -> str:
    """What the holder sees; to the patient himself, who may hide some of it, that is said too."""
    words = _SEES[change.acts, change.sees]
    if change.acts and change.sees and change.kind.startswith("holder_"):
        return "Видит все записи, кроме тех, что вы скрыли."
    return words


def _told(texts: Mapping[str, str], change: LinkChange, patient: str, address: str) -> str:
    last = change.ends_on - timedelta(days=1)
    return texts[change.wording].format(
        patient=patient,
        who=change.who,
        sees=_sees(change),
        last=format_date(last, "d MMMM y", locale=_RUSSIAN) + " года",
        reason=_REASONS[change.reason][change.kind.startswith("holder_")],
        address=address,
    )
