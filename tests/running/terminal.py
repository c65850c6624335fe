"""A terminal where somebody of the staff works, by the commands of the registry."""

import asyncio
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from subprocess import CompletedProcess

from click.testing import CliRunner

from registratura.cli import commands
from registratura_ground.refused import Refused
from tests.running.places import CHECKOUT, run

NOW = datetime.now(UTC)  # the commands read the clock themselves
BEFORE = NOW - timedelta(days=3)
BY = "Котова А.А., регистратор"


@dataclass(frozen=True)
class Desk:
    """A terminal of the registrar. A program takes half a second to start, so his commands are run
    in this process; that the program does the same, tests of its words and its status say."""

    database_url: str

    def ask_program(self, *arguments: str, by: str | None = BY) -> CompletedProcess[str]:
        """`registratura staff …`."""
        signed = ["--by", by] if by is not None else []
        return run(CHECKOUT, "staff", *arguments, *signed, DATABASE_URL=self.database_url)

    def ask(self, *arguments: str) -> CompletedProcess[str]:
        """The same; a refusal is its one sentence and status 2, as `main` has it."""
        asked = ["staff", *arguments, "--by", BY]
        theirs = ("DATABASE_", "REGISTRATURA_")
        foreign: dict[str, str | None] = {it: None for it in os.environ if it.startswith(theirs)}
        own = foreign | {"DATABASE_URL": self.database_url}
        done = CliRunner().invoke(commands, asked, env=own)
        if isinstance(done.exception, Refused):
            return CompletedProcess(asked, 2, done.stdout, f"{done.stderr}{done.exception}\n")
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return CompletedProcess(asked, done.exit_code, done.stdout, done.stderr)

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
