"""Diagnostics as data."""

from pathlib import Path

import pdedsl
from tests.examples import HEAT


def test_of_a_text_and_of_a_file(tmp_path: Path) -> None:
    assert pdedsl.check(HEAT) == []
    (row,) = pdedsl.check(HEAT.replace("sin(", "sine(", 1))
    assert (row["code"], row["severity"]) == ("E201", "error") and "sin" in row["help"]
    line = HEAT.replace("sin(", "sine(", 1).splitlines()[row["line"] - 1]
    assert line[row["column"] - 1 : row["end_column"] - 1] == "sine"
    path = tmp_path / "heat.pde"
    path.write_text(HEAT)
    assert pdedsl.check(path) == pdedsl.check(str(path)) == []
    path.write_bytes(b"pde 1\n\xff")
    assert [r["code"] for r in pdedsl.check(path)] == ["E103"]
