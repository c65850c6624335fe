"""Copies: everything that the registry holds about one account's owner, for himself to keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from registratura import audit
from registratura.audit import Actor
from registratura.booking import journal
from registratura.booking.journal import Entry
from registratura.db import Connection, value
from registratura.people import patients

Part = Mapping[str, Any]

# Every table with a column of this account or of this person's cards, less what is said in
# tests/booking/test_copies.py. Ids stay away: they are of use to nobody but us.
_PARTS: LiteralString = """
    with own as (
        select account.*, coalesce(met.joined_into, met.id) as card_id
        from account join person as met on met.id = account.person_id
        where account.id = %(account)s
    ), card as (
        select person.* from person, own where own.card_id in (person.id, person.joined_into)
    )
    select jsonb_build_object(
        'account', (select jsonb_build_object(
            'last_name', last_name, 'first_name', first_name, 'middle_name', middle_name,
            'birth_date', birth_date, 'sex', sex, 'snils', snils, 'policy_number', policy_number,
            'email', email, 'phone', phone, 'address', address, 'created_at', created_at,
            'signed_in_at', signed_in_at) from own),
        'cards', (select jsonb_agg(jsonb_build_object(
            'code', code, 'last_name', last_name, 'first_name', first_name,
            'middle_name', middle_name, 'birth_date', birth_date, 'sex', sex, 'snils', snils,
            'created_at', created_at, 'joined', joined_into is not null)
            order by joined_into nulls first, created_at) from card),
        'policies', (select jsonb_agg(jsonb_build_object(
            'series', series, 'number', number, 'valid_from', valid_from, 'valid_to', valid_to)
            order by valid_from, number) from policy where person_id in (select id from card)),
        'attachments', (select jsonb_agg(jsonb_build_object(
            'kind', attachment.kind, 'organisation', organisation.short_name,
            'department', department.name, 'area', area.number,
            'valid_from', attachment.valid_from, 'valid_to', attachment.valid_to)
            order by attachment.valid_from)
            from attachment
            join department on department.id = attachment.department_id
            join organisation on organisation.id = department.organisation_id
            left join area on area.id = attachment.area_id
            where attachment.person_id in (select id from card)),
        'relatives', (select jsonb_agg(jsonb_build_object(
            'kinship', kinship, 'level', level, 'last_name', last_name,
            'first_name', first_name, 'middle_name', middle_name, 'birth_date', birth_date,
            'sex', sex, 'policy_number', policy_number, 'snils', snils,
            'acts', acts, 'sees', sees, 'ends_on', ends_on,
            'created_at', created_at, 'ended_at', ended_at) order by created_at)
            from relative where account_id = %(account)s),
        'esia_children', (select jsonb_agg(jsonb_build_object(
            'last_name', last_name, 'first_name', first_name, 'middle_name', middle_name,
            'birth_date', birth_date, 'sex', sex, 'snils', snils,
            'policy_number', policy_number, 'verified', verified, 'told_at', told_at)
            order by birth_date) from esia_child where account_id = %(account)s),
        'invitations', (select jsonb_agg(jsonb_build_object(
            'kinship', kinship, 'acts', acts, 'sees', sees, 'months', months,
            'made_at', made_at, 'expires_at', expires_at))
            from invitation where account_id = %(account)s),
        'hidden_positions', (select jsonb_agg(jsonb_build_object(
            'position', position.name, 'hidden_at', hidden_at) order by hidden_at)
            from hidden_position join position on position.id = position_id
            where person_id in (select id from card)),
        'visits', (select jsonb_agg(jsonb_build_object(
            'number', to_char(visit.number, 'FM9999999999000000'), 'state', visit.state,
            'channel', visit.channel, 'starts_at', visit.starts_at, 'zone', organisation.zone,
            'position', position.name,
            'doctor', nullif(concat_ws(' ', practitioner.last_name, practitioner.first_name,
                                       practitioner.middle_name), ''),
            'organisation', organisation.short_name, 'department', department.name,
            'room', room.number, 'booked_at', visit.booked_at,
            'cancelled_by', visit.cancelled_by, 'cancelled_at', visit.cancelled_at)
            order by visit.starts_at)
            from appointment as visit
            join post on post.id = visit.post_id
            join position on position.id = visit.position_id
            join room on room.id = visit.room_id
            join department on department.id = visit.department_id
            join organisation on organisation.id = department.organisation_id
            left join practitioner on practitioner.id = post.practitioner_id
            where visit.patient_id in (select id from card)
              and visit.state not in ('held', 'expired')),
        'referrals', (select jsonb_agg(jsonb_build_object(
            'number', referral.number, 'position', position.name, 'diagnosis', diagnosis,
            'valid_from', valid_from, 'valid_to', valid_to) order by valid_from, referral.number)
            from referral join position on position.id = referral.position_id
            where patient_id in (select id from card)),
        'notices', (select jsonb_agg(jsonb_build_object(
            'channel', channel, 'text', text, 'state', state, 'created_at', created_at)
            order by created_at) from notice where account_id = %(account)s),
        'unwanted_letters', (select jsonb_agg(kind order by kind)
            from unwanted_letter where account_id = %(account)s),
        'consents', (select jsonb_agg(jsonb_build_object(
            'document', document, 'version', version, 'text_sha256', text_sha256,
            'given_at', given_at, 'withdrawn_at', withdrawn_at) order by given_at)
            from consent where account_id = %(account)s),
        'deletion_requests', (select jsonb_agg(jsonb_build_object(
            'state', state, 'requested_at', requested_at, 'closed_at', closed_at)
            order by requested_at) from deletion_request where account_id = %(account)s),
        'sessions', (select jsonb_agg(jsonb_build_object(
            'browser', browser, 'created_at', created_at, 'seen_at', seen_at,
            'ends_at', ends_at) order by created_at)
            from web_session where account_id = %(account)s and ends_at > created_at),
        'tokens', (select jsonb_agg(jsonb_build_object(
            'name', name, 'may_book', may_book, 'made_at', made_at, 'ends_at', ends_at,
            'used_at', greatest(used_at, (select window_at from token_use
                                          where token_id = token.id)),
            'revoked_at', revoked_at,
            'patients', (select count(*) from token_patient where token_id = token.id))
            order by made_at)
            from token where account_id = %(account)s),
        'staff_roles', (select jsonb_agg(jsonb_build_object(
            'role', role, 'organisation', organisation.short_name,
            'department', department.name, 'valid_from', valid_from, 'valid_to', valid_to,
            'revoked_at', revoked_at) order by valid_from)
            from staff_role
            left join department on department.id = department_id
            left join organisation on organisation.id
                 = coalesce(staff_role.organisation_id, department.organisation_id)
            where snils = (select snils from own))
    )
"""


@dataclass(frozen=True)
class Copy:
    """The parts by name, each an object or a list of them, and the whole journal."""

    taken_at: datetime
    parts: Mapping[str, Any]
    journal: list[Entry]


async def take(db: Connection, account_id: UUID, *, now: datetime, zone: str) -> Copy:
    """Everything of one moment. Taking a copy is an event; `zone` is the region's.

    Raises `LookupError` where there is no such account.
    """
    async with db.transaction():
        own = (await patients.search(db, account_id, now=now, zone=zone))[:1]
        if not own:
            raise LookupError("no account")
        parts = await value(db, _PARTS, account=account_id)
        lines = await journal.search(db, account_id, own[0], now=now, zone=zone, most=None)
        await audit.record(
            db,
            now=now,
            kind="copy.taken",
            actor=Actor("account", str(account_id)),
            person_id=own[0].person_id,
        )
    return Copy(now, {name: part or [] for name, part in parts.items()}, lines)
