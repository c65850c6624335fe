"""The append-only record of who did what with whose data: history and audit in one."""

from registratura.audit.event import Actor, Fields, record

__all__ = ["Actor", "Fields", "record"]
