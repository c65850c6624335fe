"""Consents that an account has given to the portal: which text, which version, when."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, find, one, rows, value
from registratura.people import accounts, erasure, tokens
from registratura.people.refusals import ConsentUnknown


@dataclass(frozen=True)
class Consent:
    """One consent to one version of one document (ст. 9 152-ФЗ: a document of its own)."""

    id: UUID
    document: str
    version: str
    text_sha256: str
    given_at: datetime
    withdrawn_at: datetime | None = None


async def record(
    db: Connection,
    account_id: UUID,
    *,
    document: str,
    version: str,
    text_sha256: str,
    now: datetime,
) -> Consent:
    """Write the consent down; given twice (two tabs), it stands once.

    `text_sha256` is the hash, in hex, of the very text that was on the page.
    """
    async with db.transaction():
        await accounts.lock(db, account_id)
        known = await find_given(db, account_id, document=document, version=version)
        if known is not None:
            return known
        given = await one(
            db,
            Consent,
            """
            insert into consent (account_id, document, version, text_sha256, given_at)
            values (%(account)s, %(document)s, %(version)s, %(text_sha256)s, %(now)s)
            returning id, document, version, text_sha256, given_at
            """,
            account=account_id,
            document=document,
            version=version,
            text_sha256=text_sha256,
            now=now,
        )
        await _tell(db, account_id, given, now)
        return given


async def find_given(
    db: Connection, account_id: UUID, *, document: str, version: str
) -> Consent | None:
    """The consent to this version that has not been withdrawn, or None."""
    return await find(
        db,
        Consent,
        """
        select id, document, version, text_sha256, given_at
        from consent
        where account_id = %(account)s and document = %(document)s and version = %(version)s
          and withdrawn_at is null
        order by given_at limit 1
        """,
        account=account_id,
        document=document,
        version=version,
    )


async def search(db: Connection, account_id: UUID) -> list[Consent]:
    """Every consent that the account ever gave, withdrawn ones too, the latest first."""
    return await rows(
        db,
        Consent,
        """
        select id, document, version, text_sha256, given_at, withdrawn_at
        from consent
        where account_id = %(account)s
        order by given_at desc
        """,
        account=account_id,
    )


async def get(db: Connection, account_id: UUID, consent_id: UUID) -> Consent:
    """A consent that the account gave. Refuses with `ConsentUnknown`, a stranger's too."""
    for consent in await search(db, account_id):  # a handful
        if consent.id == consent_id:
            return consent
    raise ConsentUnknown()


async def withdraw(db: Connection, account_id: UUID, consent_id: UUID, *, now: datetime) -> Consent:
    """Take the consent back, and with it every other version of the same document (ч. 2 ст. 9
    152-ФЗ). From here on the account is told nothing more; visits that were booked stay. What ЕСИА
    told for it is erased (`people.erasure`), a code or token that it gave is worth nothing.

    Withdrawn before, it stays so, quietly. Refuses with `ConsentUnknown`.
    """
    async with db.transaction():
        await accounts.lock(db, account_id)
        consent = await get(db, account_id, consent_id)
        withdrawn = await rows(
            db,
            Consent,
            """
            update consent set withdrawn_at = %(now)s
            where account_id = %(account)s and document = %(document)s and withdrawn_at is null
            returning id, document, version, text_sha256, given_at, withdrawn_at
            """,
            account=account_id,
            document=consent.document,
            now=now,
        )
        for it in withdrawn:
            await _tell(db, account_id, it, now, verb="withdrawn")
        actor = Actor("account", str(account_id))
        await erasure.erase_told(db, account_id, now=now, actor=actor)
        await tokens.revoke_all(db, account_id, now=now)
        return consent


async def _tell(
    db: Connection, account_id: UUID, given: Consent, now: datetime, verb: str = "given"
) -> None:
    await audit.record(
        db,
        now=now,
        kind=f"consent.{verb}",
        actor=Actor("account", str(account_id)),
        person_id=await value(
            db, "select person_id from account where id = %(account)s", account=account_id
        ),
        subject_id=given.id,
        after={
            "document": given.document,
            "version": given.version,
            "text_sha256": given.text_sha256,
        },
    )
