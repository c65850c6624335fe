"""Links of every kind, made as they are made in life: by ЕСИА's list, by the desk, by consent."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from registratura.audit import Actor
from registratura.db import Connection
from registratura.esia.profile import Child
from registratura.people import (
    children,
    closures,
    confirmations,
    hiding,
    invitations,
    proving,
    relatives,
)
from registratura.people.accounts import Account, Profile
from registratura.people.confirmations import Order
from registratura.people.invitations import Terms
from registratura.people.persons import Identity
from registratura.people.relatives import Relative
from tests.given import people
from tests.given.people import ISSUER, NOW, ZONE

REGISTRAR = Actor("staff", "Регистратор Котова")
CERTIFICATE = "свидетельство о рождении I-АА № 000001"

ANNA = Child(
    id="5001",
    last_name="Смирнова",
    first_name="Анна",
    middle_name="Олеговна",
    birth_date=date(2019, 3, 14),
    sex="F",
    snils="20000002123",
    policy_number="4096089785000126",
    verified=True,
)
DENIS = Child(
    id="5002",
    last_name="Смирнов",
    first_name="Денис",
    middle_name="Олегович",
    birth_date=date(2012, 11, 2),
    sex="M",
    snils="20000002224",
    policy_number="4088789747003452",
    verified=False,
)
VERA = Profile(  # sixteen, with an account of her own
    issuer=ISSUER,
    oid=1006,
    last_name="Соколова",
    first_name="Вера",
    middle_name="Андреевна",
    birth_date=date(2010, 4, 12),
    sex="F",
    snils="20000000624",
    email="vera@example.org",
)
IRINA = Profile(  # her mother
    issuer=ISSUER,
    oid=1007,
    last_name="Соколова",
    first_name="Ирина",
    middle_name="Павловна",
    birth_date=date(1984, 9, 1),
    sex="F",
    email="irina@example.org",
)
ANDREY = Profile(  # her father
    issuer=ISSUER,
    oid=1008,
    last_name="Соколов",
    first_name="Андрей",
    middle_name="Викторович",
    birth_date=date(1982, 2, 20),
    sex="M",
    email="andrey@example.org",
)
VERA_ON_THE_LIST = Child(
    id="5003",
    last_name="Соколова",
    first_name="Вера",
    middle_name="Андреевна",
    birth_date=VERA.birth_date,
    sex="F",
    snils=VERA.snils,
    policy_number="4060000000000007",
    verified=True,
)


async def card_of(db: Connection, child: Child, **otherwise: Any) -> UUID:
    """The child's card in the region's own list."""
    who = Identity(child.last_name, child.first_name, child.middle_name, child.birth_date)
    facts = {"snils": child.snils, "policy_number": child.policy_number or "", "sex": child.sex}
    return await people.card(db, who, **(facts | otherwise))


async def told(
    db: Connection, parent: Account, *listed: Child, now: datetime = NOW
) -> list[children.Child]:
    """ЕСИА tells of these children at sign-in; those who are offered now."""
    await children.keep(db, parent.id, listed, now=now)
    return await children.search(db, parent.id, now=now, zone=ZONE)


async def proven(db: Connection, parent: Account, child: Child, now: datetime = NOW) -> Relative:
    """A verified child of ЕСИА's list, added by his parent with one press."""
    offered = await told(db, parent, child, now=now)
    [wanted] = [it for it in offered if it.esia_id == child.id]
    link_id = await proving.prove(db, parent.id, wanted.id, now=now, zone=ZONE)
    return await relatives.get_own(db, parent.id, link_id, now=now, zone=ZONE)


async def confirm(
    db: Connection, link: Relative | UUID, now: datetime = NOW, **otherwise: Any
) -> None:
    """The desk has seen the document."""
    facts: dict[str, Any] = {"document": CERTIFICATE} | otherwise
    link_id = link.id if isinstance(link, Relative) else link
    await confirmations.confirm_link(
        db, now=now, actor=REGISTRAR, zone=ZONE, relative_id=link_id, **facts
    )


async def guardian(
    db: Connection, owner: Account, until: date, now: datetime = NOW, **typed: Any
) -> Relative:
    """A ward, declared and then confirmed by the desk with an order."""
    link = await people.relative(db, owner, kinship="ward", now=now, **typed)
    await confirm(db, link, now, order=Order("Приказ № 7", until))
    return await relatives.get_own(db, owner.id, link.id, now=now, zone=ZONE)


async def close(db: Connection, link: Relative, now: datetime = NOW) -> None:
    """The desk closes the account's access."""
    await closures.close_access(
        db,
        now=now,
        actor=REGISTRAR,
        relative_id=link.id,
        document="решение суда № 1",
        reason="лишение прав",
    )


async def let(
    db: Connection,
    patient: Account,
    holder: Account,
    *,
    now: datetime = NOW,
    **otherwise: Any,
) -> Relative:
    """An adult lets another act for him: he makes a code, the other enters it."""
    terms = replace(Terms(kinship="spouse", acts=True, sees=True, months=12), **otherwise)
    made = await invitations.invite(db, patient.id, terms, now=now, zone=ZONE)
    link_id = await invitations.accept(db, holder.id, made.code, now=now, zone=ZONE)
    return await relatives.get_own(db, holder.id, link_id, now=now, zone=ZONE)


async def hide(
    db: Connection, patient: Account, positions: Iterable[int], now: datetime = NOW
) -> None:
    """The patient hides exactly these positions."""
    await hiding.hide(db, patient.id, positions, now=now, zone=ZONE)


async def family(db: Connection) -> tuple[Account, Relative, Relative]:
    """Вера's own account, and the links of her mother and father, both confirmed by ЕСИА."""
    irina, andrey = await people.account(db, IRINA), await people.account(db, ANDREY)
    await card_of(db, VERA_ON_THE_LIST)
    vera = await people.account(db, VERA)
    mothers = await proven(db, irina, VERA_ON_THE_LIST, NOW - timedelta(hours=2))
    fathers = await proven(db, andrey, VERA_ON_THE_LIST, NOW - timedelta(hours=1))
    return vera, mothers, fathers
