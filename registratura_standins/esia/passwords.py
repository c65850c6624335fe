"""Passwords: Argon2id off the loop, and the same time whether the account exists or not."""

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's least for Argon2id: 19 MiB, two passes; some thirty milliseconds of one core.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_AT_ONCE = 4
LONGEST = 1024
# A hash of a password nobody knows, of the same cost.
_NOBODYS = _HASHER.hash("\x00 nobody")


class _Bound:
    limiter: anyio.CapacityLimiter | None = None


def hash_password(password: str) -> str:
    """The hash to keep; blocks for its time, for commands only."""
    return _HASHER.hash(password)


async def make_hash(password: str) -> str:
    """The hash to keep, off the loop."""
    return await anyio.to_thread.run_sync(_HASHER.hash, password, limiter=_limiter())


async def check_password(kept: str | None, typed: str) -> bool:
    """True if `typed` is the password. Without `kept` it takes as long and is False."""
    right = await anyio.to_thread.run_sync(
        _verify, kept or _NOBODYS, typed[:LONGEST], limiter=_limiter()
    )
    return right and kept is not None and len(typed) <= LONGEST


def _limiter() -> anyio.CapacityLimiter:
    _Bound.limiter = _Bound.limiter or anyio.CapacityLimiter(_AT_ONCE)
    return _Bound.limiter


def _verify(kept: str, typed: str) -> bool:
    try:
        return _HASHER.verify(kept, typed.encode("utf-8", "replace"))
    except (VerificationError, InvalidHashError):
        return False
