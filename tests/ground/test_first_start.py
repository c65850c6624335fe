"""Two programs that start at once on an empty folder make one key between them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from registratura_ground.signing import keep_rsa_identity, open_signer


def test_whoever_starts_at_the_same_time_finds_key_and_certificate_of_one_pair(
    tmp_path: Path,
) -> None:
    key, certificate = tmp_path / "keys" / "esia.key", tmp_path / "keys" / "esia.crt"

    def start(_: int) -> bytes:
        keep_rsa_identity(key, certificate, "ЕСИА")
        open_signer("rsa", key.read_bytes(), certificate.read_bytes())
        return key.read_bytes()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(start, range(6)))) == 1
    assert sorted(one.name for one in key.parent.iterdir()) == ["esia.crt", "esia.key"]
