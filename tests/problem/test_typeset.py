"""LaTeX that compiles: by matplotlib's parser of formulas, and by LaTeX itself where there is one."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from matplotlib.mathtext import MathTextParser

from pdedsl.problem.document import document
from pdedsl.problem.problem import Problem
from pdedsl.stages.load import load, loads

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.pde"))
ODD = """pde 1
title "Odd names: 50% of α_1 & friends #1"
param α = 2, k_max = 3, lam = 1, Дельта = 2, a1 = 1, _ = 1, Beta = 2
domain x in [0, 1], y in [0, 1]
part inner_rim: x > 0.5
field u_1(x, y), θ(x, y)
equation: laplacian(u_1) + α*k_max*lam*a1*_*Beta*u_1^2 = θ^3*Дельта*cbrt(x)^2
equation: dxx(θ) + dyy(θ) = min(x, y, 2)*erf(x)*cbrt(θ) + sin(θ)^2 + abs(θ)^3
boundary: u_1 = 0  on all
boundary: dn(θ)*normal[1] + normal[2]^2*u_1 = 0  on inner_rim
boundary: θ = 0  on not inner_rim
constraint: integral(θ + u_1, on = inner_rim) = 0
constraint: mean(u_1^2)^2 = 0
constraint: u_1 = 0  at (0.5, 0.5)
"""
PROBLEMS = {p.stem: p for p in SPECS}


def _problem(name: str) -> Problem:
    return load(PROBLEMS[name]) if name in PROBLEMS else loads(ODD)


@pytest.mark.parametrize("name", [*PROBLEMS, "odd"])
def test_every_formula_parses(name: str) -> None:
    problem = _problem(name)
    parser = MathTextParser("path")
    for text in (problem._repr_latex_(), document(problem)):
        assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
        assert text.count(r"\begin") == text.count(r"\end")
        assert r"\left" not in text or text.count(r"\left") == text.count(r"\right")
        if r"\begin{cases}" in text:
            continue
        for row in re.split(r"\\\\\n|\n", "\n".join(re.findall(r"aligned}\n(.*?)\n\\end", text, re.DOTALL))):
            for cell in row.split("&"):
                if cell.strip() and cell.count(r"\left") == cell.count(r"\right"):
                    parser.parse(f"${cell.strip()}$")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX on this machine")
@pytest.mark.parametrize("name", ["allen_cahn", "elasticity", "odd"])
def test_the_document_compiles(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.tex").write_text(document(_problem(name)))
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-1000:]
