"""A terminal where somebody of the staff works, by the commands of the registry."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from subprocess import CompletedProcess

from tests.running.places import CHECKOUT, run

NOW = datetime.now(UTC)  # the commands read the clock themselves
BEFORE = NOW - timedelta(days=3)
BY = "Котова А.А., регистратор"


@dataclass(frozen=True)
class Desk:
    """A terminal of the registrar."""

    database_url: str

    def ask(self, *arguments: str, by: str | None = BY) -> CompletedProcess[str]:
        """`registratura staff …`."""
        signed = ["--by", by] if by is not None else []
        return run(CHECKOUT, "staff", *arguments, *signed, DATABASE_URL=self.database_url)

    async def does(self, *arguments: str) -> str:
        """What the command says when it succeeds."""
        told = await asyncio.to_thread(self.ask, *arguments)
        assert (told.returncode, told.stderr) == (0, "")
        return told.stdout

    async def is_refused(self, *arguments: str) -> str:
        """Why the command refuses: one sentence and status 2."""
        told = await asyncio.to_thread(self.ask, *arguments)
        assert (told.returncode, told.stdout) == (2, ""), told
        assert told.stderr.strip().count("\n") == 0, told.stderr
        return told.stderr
