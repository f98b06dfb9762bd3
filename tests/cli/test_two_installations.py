"""The same files under the same person key give the same household numbers anywhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.cli.conftest import County, Installation
from xinnong.config import environment, postgres

pytestmark = pytest.mark.slow

HOMES = (
    "SELECT h.ref, p.key FROM registry_household h JOIN registry_person p ON p.household_id = h.id"
    " WHERE h.first_run_id = (SELECT min(id) FROM registry_run)"
)


@pytest.fixture
def twin(county: County) -> Iterator[Installation]:
    """A fresh installation that was given the person key of the other one, and nothing else of it."""
    data = environment.open_data_folder() / f"twin-{os.getpid()}"
    data.mkdir(mode=0o711)
    key = (county.installation.data / "keys" / "xinnong_person_key").read_text(encoding="ascii")
    made = Installation(postgres.Server(data / "postgres"), county.installation.files, key)
    try:
        with postgres.running(made.server):
            made.run("migrate")
            made.run("demo-users")
            yield made
    finally:
        shutil.rmtree(data)
        shutil.rmtree(made.server.socket, ignore_errors=True)


def test_it_numbers_households_as_its_twin_does(county: County, twin: Installation) -> None:
    twin.run("import", twin.files, code=1)
    twin.run("refresh")
    mine, yours = (sorted(one.rows(HOMES)) for one in (twin, county.installation))
    assert len(mine) > 600
    assert mine == yours
    assert not (twin.data / "keys" / "xinnong_person_key").exists()
    own = (twin.data / "keys" / "xinnong_vault_key").read_bytes()
    assert own != (county.installation.data / "keys" / "xinnong_vault_key").read_bytes()
