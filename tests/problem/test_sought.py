"""Numbers that are sought as fields of no coordinates."""

from pathlib import Path

import pytest
import sympy as sp

from pdedsl.problem.atoms import Nonlocal
from pdedsl.problem.bounds import Bounds
from pdedsl.problem.sought import latent, numbers_as_fields, worth
from pdedsl.problem.statements import Field
from pdedsl.stages.load import check, loads
from pdedsl.vocabulary.source import Source
from tests.examples import DECAY, GOOD
from tests.inverse import decay


def test_a_number_is_a_field_and_reads_back(tmp_path: Path) -> None:
    decay(tmp_path)
    problem = loads(DECAY, name=str(tmp_path / "decay.pde"))
    number = problem.fields[-1]
    assert (number.name, number.arguments, number.sought) == ("a", (), Bounds(0.01, 10))
    assert problem.unknowns == (number,) and not problem.parameters
    assert problem.equations[0].residual[0].has(number.expression)
    assert problem.own_text == DECAY
    again = loads(str(problem).replace("title", "title"), name=str(tmp_path / "decay.pde"))
    assert again.fields == problem.fields and again.equations == problem.equations
    assert again.measurements == problem.measurements


def test_known_ones_stay_what_they_are(tmp_path: Path) -> None:
    problem = loads(GOOD)
    assert numbers_as_fields(problem) is problem
    decay(tmp_path)
    fixed = loads(DECAY, {"a": 0.3}, name=str(tmp_path / "decay.pde"))
    assert not fixed.unknowns and fixed.domain.values[fixed.parameters[0].symbol] == 0.3


def test_expressions_in_free_numbers_and_starts() -> None:
    bounded, free = Field("a", (), sought=Bounds(0, 2)), Field("b", (), start=sp.Integer(3), sought=Bounds())
    problem = loads(GOOD)
    own = latent(problem, problem.equations[0].residual[0])
    assert own == problem.equations[0].residual[0]
    assert worth(bounded) == 1 and worth(free) == 3 and float(worth(Field("c", (), sought=Bounds(5, 7)))) == 6


def test_exact_solutions_that_hold_what_is_sought_are_not_compared_with(tmp_path: Path) -> None:
    decay(tmp_path)
    text = DECAY.replace("u = 0  on all", "u = exact(u)  on all") + "exact u = exp(-a*pi^2*t)*sin(pi*x)\n"
    problem = loads(text, name=str(tmp_path / "spec.pde"))
    assert problem.exact == () and problem.conditions[1].rhs[0].has(problem.unknowns[0].expression)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (DECAY.replace("u = sin(pi*x)", "u = a*sin(pi*x)  hard"), ["E303"]),
        (DECAY.replace("u = sin(pi*x)", "u = a*sin(pi*x)"), []),
        (
            "pde 1\nunknown k = 1\ntime t in [0, 1]\nfield u(t)\nequation: dt(u) = -k*u\ninitial: u = 1\nboundary: u = 0.2  on t = 1\n",
            [],
        ),
    ],
)
def test_where_unknown_numbers_may_stand(tmp_path: Path, text: str, codes: list[str]) -> None:
    decay(tmp_path)
    assert [d.code for d in check(Source.of(text, str(tmp_path / "spec.pde"))).errors] == codes


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ("", "", "", ""),
        ("  noise 0.01", "", "E304", "`probes` states no noise, but `k` does"),
        ("x in [0, 1]", "x in [0, k]", "E901", "the domain"),
        ("unknown", "param c = 2*k\nunknown", "E901", "another parameter"),
        ("on all", "on all  weight k", "E901", "a weight"),
        ("noise 0.01", "noise 0.01*k", "E901", "the noise of data"),
        ("unknown", "part left: x < k\nunknown", "E901", "a part"),
        ("a*dxx(u)", "a*k*dxx(u)", "", ""),
    ],
)
def test_where_parameters_with_an_uncertainty_may_stand_beside_data(
    tmp_path: Path, old: str, new: str, code: str, says: str
) -> None:
    decay(tmp_path)
    text = DECAY.replace("unknown", "param k = 1 noise 0.1\nunknown").replace('.csv"', '.csv"  noise 0.01')
    text = text.replace("dt(u) = a*dxx(u)", "dt(u) = a*dxx(u) - k*u")
    found = check(Source.of(text.replace(old, new), str(tmp_path / "spec.pde")))
    assert [d.code for d in found.errors] == ([code] if code else []), found.errors
    assert all(says in d.message for d in found.errors)
    if not code:
        problem = loads(text.replace(old, new), name=str(tmp_path / "spec.pde"))
        assert {f.name: f.noise for f in problem.fields} == {"u": None, "k": sp.Float(0.1), "a": None}


def test_integrals_of_unknowns_keep_their_names(tmp_path: Path) -> None:
    decay(tmp_path)
    text = (
        DECAY.replace("u = 0  on all", "u = 0  on x = 0\nboundary: u = integral(a*u*x)  on x = 1")
        + "report m = mean(z*u*a)\n"
    )
    problem = loads(
        text.replace("unknown a", "unknown z = 1\nunknown a").replace("a*dxx(u)", "a*dxx(u) + z*u"),
        name=str(tmp_path / "spec.pde"),
    )
    held = {i.symbol for i in problem.integrals}
    used = {s for e in (*problem.conditions[2].rhs, problem.reports[0].value) for s in e.atoms(Nonlocal)}
    assert used == held and len(held) == 2
