"""Beside a running demo: the settings that it has given to its own registry."""

from collections.abc import Mapping
from dataclasses import replace

from registratura.settings import Settings
from registratura.stand.databases import Databases
from registratura.stand.passwords import keep_password
from registratura.stand.programs import Places, Programs

_OF_THE_FEDERATION = (
    "federal_status_url",
    "federal_list_url",
    "federal_rmis_id",
    "federal_status_user",
    "federal_status_password",
)


def with_its_federation(settings: Settings, environment: Mapping[str, str]) -> Settings:
    """The settings with the federal side of the demo, by the ports that the variables name."""
    databases = Databases(settings.database_url, "", {"esia": "", "gosuslugi": ""}, None)
    password = keep_password(settings.var / "keys" / "federal-status.password")
    places = Places.from_environment(environment)
    programs = Programs(settings, places, databases, environment, password)
    its = Settings.from_environment(programs.registry_environment())
    return replace(settings, **{name: getattr(its, name) for name in _OF_THE_FEDERATION})
