"""What the API is asked with: bodies of writes, the key, the page of a list."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request
from litestar.exceptions import SerializationException
from litestar.params import Parameter
from msgspec import Meta, Struct

Key = Annotated[
    UUID,
    Parameter(
        header="Idempotency-Key",
        description="UUID, новый для каждого намерения. Что сделано, по тому же ключу с тем же "
        "запросом 30 дней отвечает то же самое. Отказ не запоминается: повтор судят заново. Ключ "
        "с другим запросом – отказ key_reused.",
    ),
]
Cursor = Annotated[
    str | None,
    Parameter(max_length=200, description="Значение `next` прошлой страницы"),
]
Limit = Annotated[int, Parameter(ge=1, le=200, description="Сколько строк на странице")]
ForPatient = Annotated[
    UUID | None,
    Parameter(description="Для кого смотрят: его правила записи учтут; нужен доступ"),
]


class Call(Request[Any, Any, Any]):
    """A call as it comes, with whatever body."""

    async def json(self) -> Any:
        """The body read as JSON. Bytes that are no text, or nested without end, are none either."""
        try:
            return await super().json()
        except (UnicodeDecodeError, RecursionError):
            raise SerializationException("no JSON") from None


class NewHold(Struct, frozen=True, forbid_unknown_fields=True):
    """Какое время держать и за кем."""

    patient: Annotated[UUID, Meta(description="Пациент из списка `/patients`")]
    slot: Annotated[UUID, Meta(description="Свободное время")]
    replaces: Annotated[
        UUID | None, Meta(description="Запись этого пациента, которую хотят перенести")
    ] = None
    referral: Annotated[UUID | None, Meta(description="Направление; иначе подойдёт любое")] = None


class NewAppointment(Struct, frozen=True, forbid_unknown_fields=True):
    """Кого и на какое время записать."""

    patient: Annotated[UUID, Meta(description="Пациент из списка `/patients`")]
    slot: Annotated[UUID, Meta(description="Свободное время или то, что вы держите")]
    referral: Annotated[UUID | None, Meta(description="Направление; иначе подойдёт любое")] = None


class Move(Struct, frozen=True, forbid_unknown_fields=True):
    """На какое время перенести."""

    slot: Annotated[UUID, Meta(description="Свободное время или то, что вы держите")]
    referral: Annotated[UUID | None, Meta(description="Направление; иначе прежнее")] = None
