"""The stand's ground works from any folder: of root, with blanks, with a very long path."""

import os
from pathlib import Path

import pytest

from registratura_ground.cluster import look_at_cluster
from tests.running.places import copy_checkout, run


def starts_and_migrates(folder: Path) -> None:
    """The embedded server begins its life there, and the schema with it; twice."""
    copy_checkout(folder)
    try:
        first = run(folder, "migrate")
        assert first.returncode == 0, first.stderr
        assert "0001_directory_people.sql" in first.stdout
        again = run(folder, "migrate")
        assert (again.returncode, again.stdout) == (0, "Схема уже новая.\n"), again.stderr
    finally:
        look_at_cluster(folder / "var" / "postgres").erase()  # as root it lies elsewhere


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a folder that others cannot enter")
def test_it_starts_as_root_in_a_folder_closed_to_everybody(tmp_path: Path) -> None:
    closed = tmp_path / "root"
    closed.mkdir(mode=0o700)
    starts_and_migrates(closed / "x")


def test_it_starts_with_blanks_in_the_path(tmp_path: Path) -> None:
    starts_and_migrates(tmp_path / "моя папка" / "with two  blanks")


def test_it_starts_with_a_path_of_a_hundred_and_fifty_characters(tmp_path: Path) -> None:
    folder = tmp_path
    while len(str(folder)) < 150:
        folder /= "long"
    starts_and_migrates(folder)
