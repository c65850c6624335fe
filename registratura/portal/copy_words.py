"""The copy of one's data in Russian words, section by section, as its PDF shows them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registratura.booking.copies import Copy, Part
from registratura.people import names, phones, snils
from registratura.people.staff_roles import ROLES
from registratura.portal import journal_words
from registratura.portal.own_consents import NAMES
from registratura.portal.relative_form import KINSHIP, SEXES
from registratura.settings import Settings
from registratura.web import dates

LINES = 500  # of the journal on paper; JSON has them all
_STATES = {
    "booked": "запись в силе",
    "arrived": "пациент пришёл",
    "visited": "приём состоялся",
    "not_arrived": "пациент не пришёл",
    "cancelled": "отменена",
    "moved": "перенесена",
}
_CHANNELS = {
    "epgu": "Госуслуги",
    "portal": "портал",
    "kiosk": "терминал",
    "desk": "регистратура",
    "call_centre": "телефон",
    "doctor": "врач",
    "other_clinic": "другая клиника",
}
_KINSHIP = {**KINSHIP, "spouse": "Супруг(а)", "parent": "Родитель", "by_proxy": "По доверенности"}
_LEVELS = {"declared": "заявлена", "confirmed": "подтверждена"}
_REQUESTS = {"new": "ждёт", "taken_back": "отозвана", "done": "выполнена"}
_NOTICES = {"portal": "портал", "email": "почта"}
Row = list[str]


@dataclass(frozen=True)
class Clock:
    """Days and moments in words, on the clock of the region or of the zone given."""

    zone: str

    def day(self, text: str | None) -> str:
        """«01.01.2015», or nothing."""
        return dates.digits(date.fromisoformat(text)) if text else ""

    def moment(self, at: str | datetime | None, zone: str = "") -> str:
        """«25.11.2026 12:00», or nothing."""
        if not at:
            return ""
        moment = datetime.fromisoformat(at) if isinstance(at, str) else at
        here = zone or self.zone
        day = dates.digits(dates.local(moment, here).date())
        return f"{day} {dates.clock(moment, here)}"


def _word(words: Mapping[str, str], key: str) -> str:
    return words.get(key, key)


def _name(it: Part) -> str:
    return names.full(it["last_name"], it["first_name"], it["middle_name"])


def _card(it: Part, on: Clock) -> Row:
    number = it["code"] or ("присоединена" if it["joined"] else "")
    return [_name(it), on.day(it["birth_date"]), _snils(it), number]


def _snils(it: Part) -> str:
    return snils.formatted(it["snils"]) if it["snils"] else ""


def _policy(it: Part, on: Clock) -> Row:
    return [
        f"{it['series']} {it['number']}".strip(),
        on.day(it["valid_from"]),
        on.day(it["valid_to"]),
    ]


def _attachment(it: Part, on: Clock) -> Row:
    place = f"{it['organisation']}, {it['department']}"
    return [place, it["area"] or "", on.day(it["valid_from"]), on.day(it["valid_to"])]


def _relative(it: Part, on: Clock) -> Row:
    kinship = _word(_KINSHIP, it["kinship"])
    policy = f"полис {it['policy_number']}" if it["policy_number"] else ""
    who = ", ".join(filter(None, (_name(it), on.day(it["birth_date"]), policy)))
    period = (on.moment(it["created_at"]), on.moment(it["ended_at"]))
    return [who, f"{kinship}, связь {_LEVELS.get(it['level'], it['level'])}", *period]


def _visit(it: Part, on: Clock) -> Row:
    doctor = ", ".join(filter(None, (it["position"], it["doctor"])))
    place = f"{it['organisation']}, {it['department']}, кабинет {it['room']}"
    what = _word(_STATES, it["state"])
    how = f"№ {it['number']}, {_CHANNELS.get(it['channel'], it['channel'])}"
    return [on.moment(it["starts_at"], it["zone"]), doctor, place, how, what]


def _referral(it: Part, on: Clock) -> Row:
    return [it["number"], it["position"], on.day(it["valid_from"]), on.day(it["valid_to"])]


def _notice(it: Part, on: Clock) -> Row:
    return [on.moment(it["created_at"]), it["text"], _word(_NOTICES, it["channel"])]


def _consent(it: Part, on: Clock) -> Row:
    given, withdrawn = on.moment(it["given_at"]), on.moment(it["withdrawn_at"])
    return [_word(NAMES, it["document"]), it["version"], given, withdrawn]


def _request(it: Part, on: Clock) -> Row:
    state = _word(_REQUESTS, it["state"])
    return [on.moment(it["requested_at"]), state, on.moment(it["closed_at"])]


def _session(it: Part, on: Clock) -> Row:
    return [it["browser"] or "Браузер", on.moment(it["created_at"]), on.moment(it["seen_at"])]


def _token(it: Part, on: Clock) -> Row:
    period = (on.moment(it["made_at"]), on.moment(it["ends_at"]), on.moment(it["revoked_at"]))
    return [it["name"], *period]


def _role(it: Part, on: Clock) -> Row:
    place = ", ".join(filter(None, (it["organisation"], it["department"]))) or "весь регион"
    period = (on.day(it["valid_from"]), on.day(it["valid_to"]))
    return [_word(ROLES, it["role"]), place, *period]


@dataclass(frozen=True)
class _Table:
    part: str
    title: str
    head: str
    widths: tuple[int, ...]
    row: Callable[[Part, Clock], Row]


_TABLES = (
    _Table("cards", "Карта в регистратуре", "ФИО,Рождение,СНИЛС,Номер", (4, 2, 2, 2), _card),
    _Table("policies", "Полисы", "Номер,С,По", (3, 1, 1), _policy),
    _Table("attachments", "Прикрепление", "Клиника,Участок,С,По", (4, 1, 2, 2), _attachment),
    _Table("relatives", "Родственники", "Кто,Связь,С,По", (4, 3, 2, 2), _relative),
    _Table("visits", "Записи к врачу", "Когда,К кому,Где,Как,Что", (2, 3, 3, 3, 2), _visit),
    _Table("referrals", "Направления", "Номер,К кому,С,По", (2, 2, 1, 1), _referral),
    _Table("notices", "Сообщения и письма", "Когда,Текст,Где", (2, 6, 1), _notice),
    _Table("consents", "Согласия", "Документ,Редакция,Дано,Отозвано", (4, 1, 2, 2), _consent),
    _Table("deletion_requests", "Заявки на удаление", "Подана,Что,Закрыта", (1, 1, 1), _request),
    _Table("sessions", "Где выполнен вход", "Браузер,Начало,Действия", (2, 1, 1), _session),
    _Table("tokens", "Доступ для приложений", "Кому,Создан,До,Закрыт", (3, 2, 2, 2), _token),
    _Table("staff_roles", "Роли сотрудника", "Роль,Где,С,По", (3, 4, 2, 2), _role),
)


def document(copy: Copy, settings: Settings) -> dict[str, Any]:
    """What the template shows: strings only."""
    on = Clock(settings.region_zone)
    at = on.moment(copy.taken_at)
    tables = [
        _section(it.title, it.head, it.widths, [it.row(row, on) for row in copy.parts[it.part]])
        for it in _TABLES
    ]
    return {
        "title": "Копия данных",
        "portal": settings.portal_name,
        "about": f"Всё, что хранит о вас {settings.portal_name} ({settings.region_name}): {at}.",
        "footer": f"{settings.portal_name}, {at}",
        "sections": [_account(copy.parts["account"], on), *tables, _journal(copy, on)],
    }


def _account(it: Part, on: Clock) -> dict[str, Any]:
    facts = {
        "ФИО": _name(it),
        "Дата рождения": on.day(it["birth_date"]),
        "Пол": SEXES.get(it["sex"], ""),
        "СНИЛС": _snils(it),
        "Полис ОМС": it["policy_number"] or "",
        "Телефон": phones.formatted(it["phone"] or ""),
        "Электронная почта": it["email"] or "",
        "Адрес": it["address"] or "",
        "Первый вход": on.moment(it["created_at"]),
        "Последний вход": on.moment(it["signed_in_at"]),
    }
    return _section("Из ЕСИА", "Что,Значение", (1, 2), [list(pair) for pair in facts.items()])


def _journal(copy: Copy, on: Clock) -> dict[str, Any]:
    rows = [
        [on.moment(it.at), journal_words.what(it), journal_words.who(it, own=True)]
        for it in copy.journal[:LINES]
    ]
    left = len(copy.journal) - len(rows)
    note = f"Последние строки; ещё {left} – в копии JSON." if left else ""
    return _section("Кто смотрел и менял мои данные", "Когда,Что,Кто", (1, 2, 2), rows, note)


def _section(
    title: str, head: str, widths: tuple[int, ...], rows: list[Row], note: str = ""
) -> dict[str, Any]:
    return {
        "title": title,
        "head": head.split(","),
        "widths": widths,
        "rows": rows,
        "note": note,
    }
