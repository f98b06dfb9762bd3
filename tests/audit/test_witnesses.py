"""Who may be a witness, and how one begins and ends."""

from __future__ import annotations

import argparse
import json

import pytest

from tests.audit.logs import LOG_KEY, cosign, public, register_all, sequence, write
from tests.people import NOW
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Cosignature, Entry, NoteSigner
from xinnong.audit.services.witnesses import (
    WitnessTaken,
    WitnessUnfit,
    WitnessUnknown,
    end_witness,
    register_witness,
)
from xinnong.cli import log as command
from xinnong.core.notes import LOG, WITNESS, NoteKey

pytestmark = pytest.mark.django_db
POINT = LOG_KEY.public_key().public_bytes_raw()


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(arguments))


def test_it_registers_and_ends_on_record(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("add-witness", public("police").text()) == 0
    assert json.loads(capsys.readouterr().out)["key"] == public("police").text()
    write(2)
    sequence()
    cosign("police")
    assert run("end-witness", "police") == 0
    with scoped(SYSTEM):
        done = Entry.objects.filter(action__startswith="audit.").order_by("id")
        assert [entry.action for entry in done] == [
            "audit.register-witness", "audit.register-log-key", "audit.end-witness",
        ]  # fmt: skip
        assert Cosignature.objects.count() == 1
        register_witness(key=NoteKey("police", WITNESS, POINT), now=NOW)
    assert NoteSigner.objects.filter(name="police").count() == 2
    capsys.readouterr()
    assert run("show", "--last", "3") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["checkpoints"][0]["witnesses"] == ["police"]
    assert told["checkpoints"][0]["short"]
    assert told["witnesses"] == [NoteKey("police", WITNESS, POINT).text()]


def test_it_refuses_what_is_no_witness() -> None:
    register_all()
    before = NoteSigner.objects.count()
    for key, refusal in (
        (NoteKey("police", WITNESS, POINT), WitnessTaken),
        (public("police"), WitnessTaken),
        (NoteKey("log", LOG, POINT), WitnessUnfit),
        (NoteKey("Police Station", WITNESS, POINT), WitnessUnfit),
    ):
        with pytest.raises(refusal), scoped(SYSTEM):
            register_witness(key=key, now=NOW)
    with pytest.raises(WitnessUnknown), scoped(SYSTEM):
        end_witness(name="nobody", now=NOW)
    with pytest.raises(WitnessUnfit):
        run("add-witness", "police+1234")
    assert NoteSigner.objects.count() == before
