"""The system under test: two applications and a worker as real processes, behind proxies."""

import asyncio
import os
import signal
import socket
from dataclasses import dataclass, field
from pathlib import Path

from registratura.settings import variable
from registratura.stand.programs import registry
from registratura_ground.processes import Child
from tests.faults.ground import Ground
from tests.faults.proxy import Proxy, to_port, to_socket
from tests.given.federation import Federation

_APPLICATIONS = 2
_LOOK = 0.2  # seconds between looks whether somebody has died by himself


@dataclass
class System:
    """Programs over one database. `doors` are where clients reach the applications."""

    ground: Ground
    database: str
    federation: Federation | None  # where statuses are pushed
    apps: list[Child] = field(default_factory=list)
    worker: Child | None = None
    before_apps: list[Proxy] = field(default_factory=list)
    before_database: Proxy | None = None
    doors: list[str] = field(default_factory=list)
    fallen: list[str] = field(default_factory=list)  # died without being killed by us
    _warden: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return when both applications answer; the worker starts meanwhile."""
        self.before_database = Proxy(to_socket(self.ground.socket))
        port = await self.before_database.start()
        url = self.ground.url_by_port(self.database, port)
        for number in range(_APPLICATIONS):
            self.apps.append(self._app(url, number))
            proxy = Proxy(to_port(int(self.apps[-1].environment[variable("port")])))
            self.before_apps.append(proxy)
            self.doors.append(f"http://127.0.0.1:{await proxy.start()}")
        environment = self.ground.environment(url)
        if self.federation is not None:
            environment[variable("federal_status_url")] = f"{self.federation.url}/fer/status"
        self.worker = Child("worker", registry("work"), environment, self._log("worker"))
        for child in self.family:
            child.start()
        await asyncio.gather(*(asyncio.to_thread(app.wait_ready) for app in self.apps))
        self._warden = asyncio.create_task(self._watch())

    @property
    def family(self) -> list[Child]:
        """Every program of it."""
        return [*self.apps, *([self.worker] if self.worker else [])]

    def kill(self, child: Child) -> None:
        """SIGKILL, to whatever it has started too."""
        child.signal(signal.SIGKILL)
        if child.process is not None:
            child.process.wait()

    async def revive(self, child: Child) -> None:
        """Start it again; return when it answers."""
        child.start()
        await asyncio.to_thread(child.wait_ready)

    async def mend(self) -> None:
        """Whatever is dead lives again, though a strike was broken off in its middle."""
        await asyncio.to_thread(self.ground.server.wait_ready)
        for child in self.family:
            if child.ended():
                await self.revive(child)

    def kill_postgres(self) -> None:
        """SIGKILL the postmaster: the launcher starts it again on the same data."""
        number = self.ground.server.pid
        if number is not None:
            os.kill(number, signal.SIGKILL)

    def stop(self) -> None:
        """Kill all that was started: nothing that they still know may matter."""
        if self._warden is not None:
            self._warden.cancel()
        for child in self.family:
            self.kill(child)
        for proxy in (*self.before_apps, *([self.before_database] if self.before_database else [])):
            proxy.stop()
        if self.federation is not None:
            self.federation.stop()

    async def _watch(self) -> None:
        """Start again who died by himself, as an operator's supervisor does."""
        while True:
            await asyncio.sleep(_LOOK)
            for child in self.family:
                killed = child.process is not None and child.process.poll() == -signal.SIGKILL
                if child.ended() and not killed:
                    self.fallen.append(child.name)
                    child.start()

    def _app(self, url: str, number: int) -> Child:
        port = str(_free_port())
        environment = self.ground.environment(url, **{variable("port"): port})
        health = f"http://127.0.0.1:{port}/healthz"
        name = f"app-{number}"
        return Child(name, registry("serve"), environment, self._log(name), health)

    def _log(self, name: str) -> Path:
        return self.ground.folder / "log" / f"{self.database}-{name}.log"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])
