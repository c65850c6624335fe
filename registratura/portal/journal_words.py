"""The lines of the journal in words: what was done, and by whom."""

from registratura.booking.journal import Entry

# An event without words here is told as a change: nothing is left out for want of a word.
WHAT = {
    "account.created": "Первый вход на портал",
    "account.signed_in": "Вход на портал",
    "appointment.arrived": "Отметка: пациент пришёл",
    "appointment.booked": "Запись к врачу",
    "appointment.cancelled": "Отмена записи",
    "appointment.clash_not_shown": "Попытка записать к врачу: время уже занято другой записью",
    "appointment.joined": "Запись перенесена с присоединённой карты",
    "appointment.moved": "Перенос записи",
    "appointment.not_arrived": "Отметка: пациент не пришёл",
    "appointment.parted": "Запись возвращена на прежнюю карту",
    "appointment.visited": "Отметка: приём состоялся",
    "appointment.waived": "Вторая запись к врачу той же специальности разрешена",
    "attachment.read": "Просмотр: клиника и участковый врач",
    "consent.given": "Согласие дано",
    "consent.withdrawn": "Согласие отозвано",
    "copy.taken": "Копия всех данных",
    "deletion.carried_out": "Данные с портала удалены по заявке",
    "deletion.read": "Просмотр заявки на удаление",
    "deletion.requested": "Заявка на удаление данных",
    "deletion.taken_back": "Заявка на удаление отозвана",
    "duty.begun": "Начало работы на рабочем месте",
    "federation.answer_disputed": "Портал Госуслуг усомнился в данных записи",
    "invitation.made": "Код для представителя создан",
    "invitation.refused": "Код представителя введён, но не подошёл",
    "invitation.withdrawn": "Код для представителя отозван",
    "journal.read": "Просмотр этого журнала",
    "letters.chosen": "Выбор писем изменён",
    "person.joined": "Карта объединена с другой картой того же человека",
    "person.let_to_application": "Доступ к записям дан приложению",
    "person.parted": "Объединение карт отменено",
    "person.read": "Просмотр карты",
    "person.read_by_application": "Просмотр сведений о пациенте приложением",
    "positions.hidden": "Выбор специальностей, которых не видят представители, изменён",
    "referral.added": "Направление внесено",
    "referral.read": "Просмотр направлений",
    "referral.read_by_application": "Просмотр направлений приложением",
    "referral.used_elsewhere": "Направление использовано в другой системе",
    "relative.added": "Добавлен в список родственников с подтверждением",
    "relative.closed": "Доступ представителя закрыт",
    "relative.confirmed": "Родство подтверждено документом",
    "relative.declared": "Добавлен в список родственников",
    "relative.left": "Убран из списка родственников",
    "relative.off_list": "Ребёнок больше не подтверждён в ЕСИА",
    "relative.on_list": "Ребёнок снова подтверждён в ЕСИА",
    "relative.read": "Просмотр: кто записывает этого человека",
    "relative.replaced": "Прежний доступ представителя заменён новым",
    "relative.revoked": "Доступ представителя отозван",
    "session.ended": "Вход завершён на другом устройстве или везде",
    "token.made": "Доступ для приложения создан",
    "token.revoked": "Доступ для приложения закрыт",
    "visits.read": "Просмотр записей к врачу",
    "visits.read_by_application": "Просмотр записей к врачу приложением",
}
# The same in words that say what confirmed the link.
_CONFIRMED = {
    ("relative.added", "esia"): "Добавлен в список родственников: родство подтверждено в ЕСИА",
    ("relative.added", "consent"): "Добавлен в список родственников по коду самого пациента",
    ("relative.confirmed", "esia"): "Родство подтверждено в ЕСИА",
}
CHANGE = "Изменение данных"
_WHO = {
    "you": "Вы",
    "patient": "Сам пациент",
    "federation": "Портал Госуслуг",
    "system": "Регистратура, автоматически",
}


def what(entry: Entry) -> str:
    """«Запись к врачу»."""
    exact = _CONFIRMED.get((entry.kind, entry.confirmed_by or ""))
    return exact or WHAT.get(entry.kind, CHANGE)


def who(entry: Entry, *, own: bool) -> str:
    """«Вы», «Ваш представитель», «Котова А.А., регистратор»; `own`: the reader's own journal."""
    if entry.who == "staff":
        return entry.staff or "Сотрудник клиники"
    if entry.who == "representative":
        return "Ваш представитель" if own else "Другой представитель"
    return _WHO[entry.who]
