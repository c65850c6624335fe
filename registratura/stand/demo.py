"""`registratura demo`: prepares everything, starts every program, ends all it has started."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import psycopg

from registratura.settings import Settings, variable
from registratura.stand.databases import migrate_registry, open_databases
from registratura.stand.passwords import keep_password
from registratura.stand.programs import Places, Programs, module, registry
from registratura.stand.screen import screen
from registratura_ground.processes import bound_to_us, check_ports, end, keep, last_line
from registratura_ground.refused import Refused
from registratura_ground.signing import keep_rsa_identity

Tell = Callable[[str], None]


def run(settings: Settings, size: str, tell: Tell) -> None:
    """Run until Ctrl-C, SIGTERM or SIGHUP. Refuses in one sentence what cannot be started."""
    if settings.production:
        raise Refused(f"Учебный стенд не запускается в рабочей среде ({variable('environment')}).")
    places = Places.from_environment(os.environ)
    check_ports(places.ports(settings))
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    with ExitStack() as whole:
        databases = open_databases(settings, os.environ)
        if databases.server is not None:
            whole.callback(databases.server.stop)
        password = keep_password(settings.var / "keys" / "federal-status.password")
        programs = Programs(settings, places, databases, os.environ, password)
        _prepare(programs, size, tell)
        family = programs.family()
        whole.callback(end, family)
        whole.callback(_be_deaf)
        for child in family:
            child.start()
        for child in family:
            child.wait_ready()
        tell(screen(settings, places.esia_url, places.gosuslugi_url, programs.logs))
        keep(family, tell)


def _prepare(programs: Programs, size: str, tell: Tell) -> None:
    settings = programs.settings
    migrate_registry(programs.databases.owner)
    keep_rsa_identity(settings.esia_key_file, settings.esia_certificate_file, "Registratura demo")
    keep_rsa_identity(*programs.esia_identity, "ESIA demo")
    keep_rsa_identity(*programs.gosuslugi_identity, "Gosuslugi demo")
    esia = module("registratura_standins.esia.cli")
    log, environment = programs.logs / "esia.log", programs.esia_environment()
    for command in programs.register_clients():
        _run_once(command, environment, log)
    _run_once([*esia, "seed-demo"], environment, log)
    log, environment = programs.logs / "region.log", programs.registry_environment()
    if not _has_region(programs.databases.registry):
        tell("Первый запуск: строю учебный регион.")
        folder = str(settings.var / "region")
        _run_once([*module("demo"), "write", folder, "--size", size], environment, log)
        environment["DATABASE_URL"] = programs.databases.owner  # who fills empty tables soonest
        _run_once(registry("load-region", folder), environment, log)
    _run_once(registry("open-days"), environment, log)


def _run_once(command: list[str], environment: Mapping[str, str], log: Path) -> None:
    """Run a program to its end. Refuses with its last words where it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as words:
        done = subprocess.run(  # noqa: S603 - our own programs
            bound_to_us(command),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            check=False,
        )
    if done.returncode != 0:
        raise Refused(f"Подготовка не удалась: {last_line(log)} ({log})")


def _has_region(url: str) -> bool:
    with psycopg.connect(url) as db:
        row = db.execute("select exists (select from organisation)").fetchone()
    return bool(row and row[0])


def _be_deaf() -> None:
    """A second Ctrl-C does not break the ending: everything started must go."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
