"""The papers say what the code says."""

import re
import subprocess
from dataclasses import fields
from pathlib import Path

from demo.sizes import SIZES
from registratura.region.files import FILES
from registratura.settings import Settings, variable

HOUSE = Path(__file__).parents[2]


def test_every_setting_is_in_the_operators_table() -> None:
    told = (HOUSE / "docs/operations.md").read_text(encoding="utf-8")
    assert [it.name for it in fields(Settings) if f"`{variable(it.name)}`" not in told] == []


def test_every_column_of_the_regions_files_is_in_their_paper() -> None:
    told = (HOUSE / "docs/region-format.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"## (\S+)\n(.*?)(?=\n## |\Z)", told, flags=re.S))
    assert {file.file_name: [it.name for it in file.columns] for file in FILES} == {
        name: re.findall(r"^\| `(\w+)`", text, flags=re.M) for name, text in sections.items()
    }


def test_every_size_of_the_region_is_in_the_operators_paper_and_make_passes_it_on() -> None:
    told = (HOUSE / "docs/operations.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| ([\d,]+) \|", told, flags=re.M))
    assert rows == {name: f"{size.persons:,}" for name, size in SIZES.items()}
    for wanted in ("demo", "bench"):
        command = ["make", "-n", wanted, "SIZE=region"]
        made = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
        assert "--size region" in made.stdout


def test_the_readme_is_short_and_its_links_lead_somewhere() -> None:
    readme = (HOUSE / "README.md").read_text(encoding="utf-8")
    assert readme.count("\n") < 150
    targets = re.findall(r"\]\(([^)#:]+)\)", readme)
    assert [it for it in targets if not (HOUSE / it).exists()] == []
