"""What `openline run` says beside the node's log is written like it."""

import json

import pytest

from openline.say import voice


def test_a_person_reads_the_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    voice("text")("Openline is on http://localhost:8080.")
    assert capsys.readouterr().out == "Openline is on http://localhost:8080.\n"


def test_a_program_reads_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    voice("json")("Two\nrows.")
    (row,) = capsys.readouterr().out.splitlines()
    line = json.loads(row)
    assert (line["level"], line["process"], line["message"]) == ("info", "openline", "Two\nrows.")
