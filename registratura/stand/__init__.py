"""The demo stand: every system on one machine, started by one command and ended with it."""

from registratura.stand.demo import run

__all__ = ["run"]
