"""What the API answers with: the shapes of the document, each field with its words."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

Moment = Annotated[
    datetime, Meta(description="Момент времени в UTC, RFC 3339", examples=["2026-12-08T06:15:00Z"])
]
Zone = Annotated[
    str,
    Meta(description="Часовой пояс клиники: по нему показывают время", examples=["Europe/Moscow"]),
]
Next = Annotated[
    str | None,
    Meta(description="Передайте как `cursor`, чтобы получить продолжение; null – список кончился"),
]
Phone = Annotated[str | None, Meta(description="Телефон клиники", examples=["+7 484 000-00-01"])]


class Reason(Struct, frozen=True):
    """Почему записать нельзя: код для программы и слова для человека."""

    code: Annotated[str, Meta(description="Код отказа", examples=["referral_needed"])]
    words: Annotated[str, Meta(description="Причина по-русски, её можно показать человеку")]


class Clinic(Struct, frozen=True):
    """Клиника: подразделение медицинской организации со своим адресом."""

    id: UUID
    name: Annotated[str, Meta(description="Название", examples=["Поликлиника № 1"])]
    organisation: Annotated[str, Meta(description="Медицинская организация")]
    address: Annotated[str, Meta(description="Адрес", examples=["Калуга, дом 1"])]
    phone: Phone
    ages: Annotated[str, Meta(description="Кого принимает: adult, child или all")]
    zone: Zone


class Clinics(Struct, frozen=True):
    """Страница списка клиник."""

    items: list[Clinic]
    next: Next


class Position(Struct, frozen=True):
    """Специальность врачей одной клиники."""

    id: Annotated[int, Meta(description="Номер должности", examples=[59])]
    name: Annotated[str, Meta(description="Название", examples=["Педиатр участковый"])]
    doctors: Annotated[int, Meta(description="Сколько врачей и кабинетов")]
    ages: Annotated[str, Meta(description="Кого принимают, словами")]
    self_booking: Annotated[bool, Meta(description="Записываются ли сюда сами")]
    needs_referral: Annotated[bool, Meta(description="Нужно ли направление")]
    free: Annotated[int, Meta(description="Сколько времени свободно сейчас")]
    nearest: Annotated[Moment | None, Meta(description="Ближайшее свободное время")]
    refused: Annotated[
        Reason | None, Meta(description="Почему нельзя записать названного пациента")
    ]


class Positions(Struct, frozen=True):
    """Специальности клиники; ни одна не скрыта."""

    items: list[Position]


class Time(Struct, frozen=True):
    """Свободное время приёма."""

    slot: Annotated[UUID, Meta(description="Его называют, когда записывают")]
    starts_at: Moment
    ends_at: Moment


class Doctor(Struct, frozen=True):
    """Врач (или кабинет без врача) на своей должности в клинике."""

    id: UUID
    name: Annotated[str, Meta(description="ФИО врача или название кабинета")]
    position_id: Annotated[int, Meta(description="Номер должности", examples=[59])]
    position: Annotated[str, Meta(description="Специальность")]
    clinic_id: UUID
    clinic: Annotated[str, Meta(description="Клиника")]
    organisation: Annotated[str, Meta(description="Медицинская организация")]
    address: Annotated[str, Meta(description="Адрес")]
    phone: Phone
    room: Annotated[str, Meta(description="Кабинет", examples=["101"])]
    floor: Annotated[int | None, Meta(description="Этаж")]
    zone: Zone
    area: Annotated[str | None, Meta(description="Номера участков врача")]
    age_from: Annotated[int, Meta(description="С какого возраста принимает, полных лет")]
    age_to: Annotated[int, Meta(description="По какой возраст принимает, полных лет")]
    sex: Annotated[str | None, Meta(description="F или M, если принимает только один пол")]
    self_booking: Annotated[bool, Meta(description="Записываются ли сюда сами")]
    needs_referral: Annotated[bool, Meta(description="Нужно ли направление")]
    refused: Annotated[
        Reason | None, Meta(description="Почему нельзя записать названного пациента")
    ]


class Offer(Struct, frozen=True):
    """Врач, сколько у него свободно и ближайшее время, до трёх."""

    doctor: Doctor
    free: Annotated[int, Meta(description="Сколько времени свободно сейчас")]
    times: list[Time]


class Offers(Struct, frozen=True):
    """Врачи одной специальности: свой участковый первым, дальше по ближайшему времени."""

    items: list[Offer]


class Day(Struct, frozen=True):
    """День врача по календарю клиники."""

    date: Annotated[date, Meta(description="День", examples=["2026-12-08"])]
    free: Annotated[int, Meta(description="Сколько времени свободно")]


class Days(Struct, frozen=True):
    """Дни врача, в которые есть свободное время."""

    items: list[Day]
    zone: Zone


class Times(Struct, frozen=True):
    """Страница свободного времени врача."""

    items: list[Time]
    zone: Zone
    next: Next


class Patient(Struct, frozen=True):
    """Тот, за кого вы действуете: вы сами или родственник."""

    id: UUID
    last_name: Annotated[str, Meta(description="Фамилия", examples=["Иванов"])]
    first_name: Annotated[str, Meta(description="Имя", examples=["Пётр"])]
    middle_name: Annotated[str | None, Meta(description="Отчество", examples=["Иванович"])]
    birth_date: Annotated[date, Meta(description="Дата рождения", examples=["2015-01-01"])]
    relation: Annotated[str, Meta(description="Кем приходится: Вы, Сын, Внучка…")]
    sees: Annotated[bool, Meta(description="Видны ли все записи; нет – только сделанные вами")]
    clinic_id: Annotated[UUID | None, Meta(description="Клиника прикрепления")]


class Patients(Struct, frozen=True):
    """Все, за кого вы действуете; вы сами – первым."""

    items: list[Patient]


class Appointment(Struct, frozen=True):
    """Запись к врачу."""

    id: UUID
    number: Annotated[str, Meta(description="Номер талона")]
    state: Annotated[
        str,
        Meta(
            description="booked – предстоит, arrived – пациент пришёл, visited – приём состоялся, "
            "not_arrived – не пришёл, cancelled – отменена, moved – перенесена",
            examples=["booked"],
        ),
    ]
    starts_at: Moment
    ends_at: Moment
    zone: Zone
    patient_id: UUID
    patient: Annotated[str, Meta(description="ФИО пациента")]
    doctor_id: UUID
    doctor: Annotated[str | None, Meta(description="ФИО врача; null – кабинет без врача")]
    position: Annotated[str, Meta(description="Специальность")]
    clinic_id: UUID
    clinic: Annotated[str, Meta(description="Клиника")]
    organisation: Annotated[str, Meta(description="Медицинская организация")]
    address: Annotated[str, Meta(description="Адрес")]
    phone: Phone
    room: Annotated[str, Meta(description="Кабинет")]
    may_change: Annotated[bool, Meta(description="Можно ли сейчас перенести или отменить")]
    cancelled_because: Annotated[str | None, Meta(description="Почему клиника отменила приём")]


class Appointments(Struct, frozen=True):
    """Страница записей по времени приёма."""

    items: list[Appointment]
    next: Next


class Referral(Struct, frozen=True):
    """Направление пациента к врачу."""

    id: Annotated[UUID, Meta(description="Его можно назвать как `referral`, когда записывают")]
    number: Annotated[str, Meta(description="Номер на бланке", examples=["Н-1"])]
    position_id: Annotated[int, Meta(description="К какой должности", examples=[45])]
    position: Annotated[str, Meta(description="К какому врачу", examples=["Невролог"])]
    clinic_ids: Annotated[list[UUID], Meta(description="В какие клиники; пусто – в любую")]
    issued_by: Annotated[str | None, Meta(description="Кто направил")]
    valid_from: Annotated[date, Meta(description="С какого дня действует")]
    valid_to: Annotated[date, Meta(description="По какой день, включительно")]
    usable: Annotated[bool, Meta(description="Можно ли ещё записаться по нему")]


class Referrals(Struct, frozen=True):
    """Направления пациента, последние первыми; не больше пятидесяти."""

    items: list[Referral]


class Receipt(Struct, frozen=True):
    """Записано: это уже на диске."""

    id: Annotated[UUID, Meta(description="Запись")]
    number: Annotated[str, Meta(description="Номер талона")]
    slot: UUID
    starts_at: Moment
    room: Annotated[str, Meta(description="Кабинет")]


class Hold(Struct, frozen=True):
    """Время держат за пациентом, пока он проверяет данные."""

    id: UUID
    slot: UUID
    doctor_id: UUID
    patient_id: UUID
    starts_at: Moment
    held_until: Annotated[Moment, Meta(description="До какого момента держат")]
    prolonged: Annotated[bool, Meta(description="Продлено ли: продлить можно один раз")]
    replaces: Annotated[UUID | None, Meta(description="Запись, вместо которой держат время")]


class Alternatives(Struct, frozen=True):
    """Ближайшее, что можно взять вместо: до трёх каждого."""

    same_doctor: Annotated[list[Time], Meta(description="Тот же врач, ближайшее время")]
    same_clinic: Annotated[list[Offer], Meta(description="Та же специальность в этой клинике")]
    elsewhere: Annotated[list[Offer], Meta(description="В других клиниках")]
