"""Notices: everybody who may know of a visit or a link is told once what became of it, here and by
e-mail."""

from registratura.notices import links
from registratura.notices.letters import deliver
from registratura.notices.post import Post
from registratura.notices.telling import EVENTS, Letter, tell

__all__ = ["EVENTS", "Letter", "Post", "deliver", "links", "tell"]
