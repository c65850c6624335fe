"""Settings of the stand-in: one frozen dataclass, the only reader of the environment here."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from registratura_ground.refused import Refused


@dataclass(frozen=True)
class Settings:
    """Where it listens, and the registry that its page leads to, as browsers see it."""

    port: int = 8002
    public_url: str = "http://127.0.0.1:8002"
    registry_url: str = "http://127.0.0.1:8000"
    secret: str = "training-stand"  # noqa: S105 - a stand-in never guards anybody's data

    @property
    def secure(self) -> bool:
        """The public address is https: cookies get Secure and `__Host-`."""
        return self.public_url.startswith("https:")


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """From GOSUSLUGI_… variables. Refuses in one sentence a production start and bad values."""
    if environment.get("REGISTRATURA_ENVIRONMENT") == "production":
        raise Refused(
            "Учебный стенд Госуслуг не запускается в рабочей среде "
            "(REGISTRATURA_ENVIRONMENT=production)."
        )
    ordinary = Settings()
    given = environment.get("GOSUSLUGI_PORT") or str(ordinary.port)
    if not (given.isascii() and given.isdigit() and 0 < int(given) < 65536):
        raise Refused(f"GOSUSLUGI_PORT должен быть числом от 1 до 65535, а не «{given}».")
    return Settings(
        port=int(given),
        public_url=environment.get("GOSUSLUGI_PUBLIC_URL") or f"http://127.0.0.1:{given}",
        registry_url=environment.get("REGISTRATURA_PUBLIC_URL") or ordinary.registry_url,
    )
