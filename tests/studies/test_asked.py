"""What was asked of a study is read as it was written, or refused."""

from pathlib import Path

import pytest

from pdedsl.studies.asked import KEPT, Asked, begin, kept


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    asked = Asked(
        "/specs/own.pde", "pde 1\n", {"a": 0.1}, "lam", 1.0, 5.0, {"space": "polynomials(9)"}, switch=True, most=30
    )
    assert kept(tmp_path) is None
    begin(tmp_path, asked)
    assert kept(tmp_path) == asked and asked.source.beside("data.csv") == Path("/specs/data.csv")


@pytest.mark.parametrize("told", ["", "[]", "{}", '{"spec": 1}', "null"])
def test_what_is_no_question_is_refused(tmp_path: Path, told: str) -> None:
    (tmp_path / KEPT).write_text(told)
    with pytest.raises(ValueError, match="does not say what was asked"):
        kept(tmp_path)
