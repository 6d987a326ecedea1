"""From a file or a text to a checked problem."""

from pathlib import Path

import pytest

from benchmarks.goals import SPECS
from pdedsl.stages.load import accept, check, load, loads, read
from pdedsl.vocabulary.diagnostics import Diagnostic, SpecError
from pdedsl.vocabulary.source import Source


@pytest.mark.parametrize("path", sorted(SPECS.glob("*.pde")), ids=lambda p: p.stem)
def test_what_is_written_reads_back_as_the_same_problem(path: Path) -> None:
    problem = load(path)
    assert loads(str(problem), name=str(path)) == problem and problem.warnings == ()


def test_other_values_for_parameters(heat: str) -> None:
    problem = loads(heat, {"a": 0.5})
    assert list(problem.domain.values.values()) == [0.5] and "param a = 0.5" in (problem.own_text or "")
    with pytest.raises(KeyError, match="no parameter `b`; it has: a"):
        loads(heat, {"b": 1})


def test_what_is_wrong_comes_as_one_error(heat: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="E205"):
        loads(
            heat.replace("a*dxx(w)", "a*dyy(w)")
            .replace("u(x, t)", "u(x, t)")
            .replace("domain x in [0, 1]", "domain x in [0, 1], y in [0, 1]")
        )
    (tmp_path / "latin.pde").write_bytes("pde 1 # é".encode("latin-1"))
    assert isinstance(read(tmp_path / "latin.pde"), Diagnostic)
    with pytest.raises(SpecError, match="E103"):
        load(tmp_path / "latin.pde")


def test_warnings_stay_with_the_problem(heat: str) -> None:
    checked = check(Source.of(heat + "let unused = 1\n"))
    assert [d.code for d in checked.diagnostics] == ["W206"] and checked.errors == ()
    assert [d.code for d in accept(checked).warnings] == ["W206"]
