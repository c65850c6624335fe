"""`registratura staff …`: what only staff may do, by commands, until they have a desk."""

from registratura.staff import (  # noqa: F401 - each adds its commands to the group
    absences,
    cards,
    days,
    dead_letters,
    deletions,
    links,
    referrals,
    roles,
    visits,
)
from registratura.staff.work import staff

__all__ = ["staff"]
