"""What must happen later is one row here, written in the transaction of the change itself."""

from registratura.outbox.relay import Announcement, Reactions, relay

__all__ = ["Announcement", "Reactions", "relay"]
