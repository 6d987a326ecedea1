"""Tables: quoted cells, what is wrong with them by line and column."""

from pathlib import Path

import numpy as np
import pytest

from pdedsl.meaning.tables import read_table
from pdedsl.stages.load import check
from pdedsl.vocabulary.source import Source

TEXT = 'pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: u = x\nreference: u from "t.csv" columns (u = "T, K")\n'


def table(folder: Path, content: str):
    (folder / "t.csv").write_text(content, encoding="utf-8")
    problem = check(Source.of(TEXT, str(folder / "s.pde"))).problem
    assert problem is not None
    return read_table(problem, problem.references[0])


def test_quoted_cells_and_columns_that_nobody_asked_for(tmp_path: Path) -> None:
    columns, wrong = table(tmp_path, '\ufeffx,"T, K",note\n0.5,"1.5","a, b"\n\n1,2,c\n')
    assert wrong == () and set(columns) == {"x", "T, K"}
    np.testing.assert_array_equal(columns["T, K"], [1.5, 2])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "holds no rows"), ("x,T\n1,2\n", "no column `T, K`"), ('x,"T, K"\n1\n', "line 2"), ('x,"T, K"\n1,one\n', "`one` in line 2"),
        ('x,"T, K"\n1,nan\n', "not finite"), ('x,"T, K"\n0,1\n7,1\n', "outside the domain"),
    ],
)  # fmt: skip
def test_what_is_wrong(tmp_path: Path, content: str, words: str) -> None:
    columns, (diagnostic,) = table(tmp_path, content)
    assert columns == {} and diagnostic.code == "E607" and words in diagnostic.message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    problem = check(Source.of(TEXT, str(tmp_path / "s.pde"))).problem
    assert problem is not None
    assert "No such file" in read_table(problem, problem.references[0])[1][0].message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("# probes\nx,u\n0.5,1\n", "its first line is a comment"),
        ("x;u\n0.5;1\n", "separated by `;`: separate them by commas"),
        ("x\tu\n0.5\t1\n", "separated by tabs"),
    ],
)
def test_other_kinds_of_tables_are_told(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "t.csv").write_text(content)
    text = TEXT.partition("reference")[0] + 'reference: u from "t.csv"\n'
    (wrong,) = check(Source.of(text, str(tmp_path / "s.pde"))).errors
    assert wrong.code == "E607" and words in wrong.help


def test_a_column_of_noise_is_positive(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("x,u,s\n0.5,1,0.1\n0.7,1,0\n")
    text = "pde 1\nunknown a = 1\ndomain x in [0, 1]\nfield u(x)\nequation: dx(u) = a\nboundary: u = 0  on x = 0\n"
    text += 'data: u from "t.csv"  noise "s"\n'
    (wrong,) = check(Source.of(text, str(tmp_path / "s.pde"))).errors
    assert wrong.code == "E607" and "the noise in line 3, column `s`" in wrong.message
