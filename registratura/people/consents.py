"""Consents that an account has given to the portal: which text, which version, when."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from registratura import audit
from registratura.audit import Actor
from registratura.db import Connection, execute, find, one, rows


@dataclass(frozen=True)
class Consent:
    """One consent to one version of one document (ст. 9 152-ФЗ: a document of its own)."""

    id: UUID
    document: str
    version: str
    text_sha256: str
    given_at: datetime


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
        await execute(
            db,
            "select from account where id = %(account)s for no key update",
            account=account_id,
        )
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
    """Every consent of the account that stands, the latest first."""
    return await rows(
        db,
        Consent,
        """
        select id, document, version, text_sha256, given_at
        from consent
        where account_id = %(account)s and withdrawn_at is null
        order by given_at desc
        """,
        account=account_id,
    )


async def _tell(db: Connection, account_id: UUID, given: Consent, now: datetime) -> None:
    await audit.record(
        db,
        now=now,
        kind="consent.given",
        actor=Actor("account", str(account_id)),
        subject_id=given.id,
        after={
            "document": given.document,
            "version": given.version,
            "text_sha256": given.text_sha256,
        },
    )
