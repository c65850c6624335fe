"""What an account knows of its owner: contacts, addresses, documents, children."""

from dataclasses import dataclass
from datetime import date

from registratura_standins.esia.accounts import Account, find_account
from registratura_standins.esia.database import Connection, rows


@dataclass(frozen=True)
class Contact:
    """`value` as kept: E.164 telephone or e-mail."""

    id: int
    type: str
    value: str
    verified: bool


@dataclass(frozen=True)
class Address:
    """`address_str` has no house or flat, like the original's."""

    id: int
    type: str
    address_str: str
    region: str
    city: str
    street: str
    house: str
    flat: str | None
    zip_code: str
    fias_code: str | None


@dataclass(frozen=True)
class Document:
    """A document of the owner, or of a child when `child_id` is set."""

    id: int
    child_id: int | None
    type: str
    verified: bool
    series: str | None
    number: str
    issue_date: date | None
    issue_id: str | None
    issued_by: str | None
    act_no: str | None
    act_date: date | None
    medical_org: str | None
    expiry_date: date | None
    last_name: str | None
    first_name: str | None


@dataclass(frozen=True)
class Child:
    """A child on the owner's list. `snils` is eleven digits; `account_oid` is its own account."""

    id: int
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    gender: str
    snils: str | None
    inn: str | None
    phone: str | None
    email: str | None
    account_oid: int | None

    @property
    def full_name(self) -> str:
        """Фамилия Имя Отчество."""
        return " ".join(
            part for part in (self.last_name, self.first_name, self.middle_name) if part
        )


@dataclass(frozen=True)
class Owner:
    """Everything known of one account's owner."""

    account: Account
    contacts: list[Contact]
    addresses: list[Address]
    children: list[Child]
    documents: list[Document]

    def documents_of(self, child: Child | None) -> list[Document]:
        """The child's documents; the owner's own for None."""
        wanted = child.id if child else None
        return [document for document in self.documents if document.child_id == wanted]

    def find_document(self, type: str, child: Child | None = None) -> Document | None:
        """The first document of this type."""
        return next((one for one in self.documents_of(child) if one.type == type), None)

    def find_child(self, id: int) -> Child | None:
        """The child of the list with this number."""
        return next((one for one in self.children if one.id == id), None)

    def may_open_account_of(self, child: Child) -> bool:
        """Whether the child may get an account: its birth certificate is verified, it has none."""
        papers = self.documents_of(child)
        verified = any(one.verified for one in papers if one.type == "RF_BRTH_CERT")
        return verified and child.account_oid is None

    def find_contact(self, type: str) -> str | None:
        """The first contact of this type."""
        return next((one.value for one in self.contacts if one.type == type), None)


class SignedOut(Exception):
    """Nobody is signed in, or the account is gone."""


async def find_owner(db: Connection, oid: int) -> Owner | None:
    """Everything known by this account's number."""
    account = await find_account(db, oid)
    if account is None:
        return None
    contacts = await rows(
        db,
        Contact,
        "select id, type, value, verified from contact where oid = %(oid)s order by id",
        oid=oid,
    )
    addresses = await rows(
        db,
        Address,
        """
        select id, type, address_str, region, city, street, house, flat, zip_code,
            fias_code
        from address where oid = %(oid)s order by id
        """,
        oid=oid,
    )
    children = await rows(
        db,
        Child,
        """
        select id, last_name, first_name, middle_name, birth_date, gender, snils, inn, phone,
            email, account_oid
        from child where oid = %(oid)s order by birth_date, id
        """,
        oid=oid,
    )
    return Owner(account, contacts, addresses, children, await _documents(db, oid))


async def _documents(db: Connection, oid: int) -> list[Document]:
    return await rows(
        db,
        Document,
        """
        select id, child_id, type, verified, series, number, issue_date, issue_id, issued_by,
            act_no, act_date, medical_org, expiry_date, last_name, first_name
        from document
        where oid = %(oid)s or child_id in (select id from child where oid = %(oid)s)
        order by id
        """,
        oid=oid,
    )
