"""`registratura federal …` in another terminal beside a running demo."""

import socket
from pathlib import Path

from registratura.settings import Settings
from registratura.stand.beside import with_its_federation
from registratura.stand.databases import OWNER, REGISTRY, migrate_registry, start_embedded
from tests.running.places import CHECKOUT, run


def test_beside_a_demo_the_commands_know_its_federal_portal(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = str(nobody.getsockname()[1])
    server = start_embedded(tmp_path)
    try:
        migrate_registry(server.url(REGISTRY, OWNER))
        beside = {"REGISTRATURA_VAR": str(tmp_path), "GOSUSLUGI_PORT": port}
        status = run(CHECKOUT, "federal", "status", **beside)
        assert (status.returncode, status.stderr) == (0, "")
        assert "выключена" not in status.stdout
        compared = run(CHECKOUT, "federal", "reconcile", **beside)
        assert compared.returncode == 2
        assert "адрес списка не отвечает" in compared.stderr, "it knows whom to ask"
    finally:
        server.stop()


def test_the_variables_go_before_the_demos_own(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path, database_url="postgresql:///r")
    its = with_its_federation(settings, {"GOSUSLUGI_PORT": "9002"})
    assert its.federal_list_url == "http://127.0.0.1:9002/fer/statuses"
    assert its.federal_status_user
    assert its.federal_status_password
    named = {"REGISTRATURA_FEDERAL_LIST_URL": "https://er.example.org/list"}
    elsewhere = with_its_federation(settings, named)
    assert elsewhere.federal_list_url == named["REGISTRATURA_FEDERAL_LIST_URL"]
    assert elsewhere.federal_status_password == "", "the stand-in's is for nobody else"
