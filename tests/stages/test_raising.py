"""Degrees that are raised: how far they come, what they say of their error, and when they end."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pdedsl.numerics.truth import truths
from pdedsl.planning.defaults import planned
from pdedsl.planning.degrees import begun, lowest
from pdedsl.planning.functions import expansions
from pdedsl.planning.plan import Limits, Plan
from pdedsl.planning.spelling import made_of
from pdedsl.problem.problem import Problem
from pdedsl.solver.record import Record
from pdedsl.spaces.collocation import values
from pdedsl.spaces.sizes import field_sizes
from pdedsl.spaces.space import Added, Polynomials
from pdedsl.stages import raising
from pdedsl.stages.load import loads
from pdedsl.stages.raised import Raised
from pdedsl.stages.raising import Climb, raised

SPECS = Path(__file__).parents[2] / "specs"

BOX = "pde 1\ndomain x in [0, 1], y in [0, 2]\nfield u(x, y)\n"
SMOOTH = (
    f"{BOX}equation: laplacian(u) = laplacian(exact(u))\nboundary: u = exact(u) on all\nexact u = exp(x)*sin(3*y)\n"
)
STRONG = SMOOTH.replace("laplacian(u) =", "laplacian(u) - u^3 =").replace(
    "laplacian(exact(u))", "laplacian(exact(u)) - exact(u)^3"
)
KINK = f"{BOX}equation: laplacian(u) = 1\nboundary: u = abs(x - 1/3) on all\n"


def run(text: str, space: str | Polynomials = "auto", **rest) -> tuple[Problem, Plan, Raised]:
    problem = loads(text)
    plan = replace(planned(problem), space=space, **rest)
    found = raised(problem, plan, truths(problem))
    assert found is not None
    return problem, plan, found


def climb(problem: Problem) -> Climb:
    return Climb(problem, planned(problem), (), lambda: False, None, None)


@pytest.mark.parametrize("text", [SMOOTH, STRONG])
def test_smooth_solutions_are_found_to_rounding(text: str) -> None:
    _, _, found = run(text)
    assert found.status == "converged" and found.final and found.relative <= 1e-12
    assert found.history[-1].errors["u"] < 1e-12 and max(found.missed.values()) < 1e-10


@pytest.mark.parametrize("degree", [6, 8, 10, 12])
@pytest.mark.parametrize("text", [SMOOTH, STRONG])
def test_the_estimated_error_is_the_error(text: str, degree: int) -> None:
    _, _, found = run(text, Polynomials((degree,)))
    error = found.history[-1].errors["u"]
    assert found.space.degrees == (degree,) and 1 / 5 < found.relative / error < 5
    assert found.error is not None and found.error.shape == found.coefficients.shape


def test_what_is_not_smooth_is_left_early_and_says_so() -> None:
    _, _, found = run(KINK, limits=Limits(seconds=5.0))
    assert not found.final and found.relative > 1e-6
    assert max(found.missed.values()) > 1e-4


def test_steps_and_stops() -> None:
    _, _, found = run(STRONG, limits=Limits(steps=3))
    assert found.status == "steps" and found.history[-1].step == 3 and not found.final
    problem, seen = loads(SMOOTH), []

    def stopping() -> bool:
        return len(seen) >= 2

    found = raised(problem, replace(planned(problem), space="auto"), (), seen.append, stopping)
    assert found is not None and found.status == "interrupted" and len(found.history) == 2
    assert raised(problem, planned(problem), (), lambda record: None, lambda: True) is None


def test_each_space_is_told() -> None:
    problem, seen = loads(SMOOTH), []
    found = raised(problem, replace(planned(problem), space="auto"), truths(problem), seen.append)
    assert found is not None and tuple(seen) == found.history
    errors = [record.errors["u"] for record in seen]
    assert errors == sorted(errors, reverse=True) and all(isinstance(r, Record) for r in seen)
    assert "polynomials" in found.story[0] and "fell to" in found.story[0]


def test_units_do_not_matter() -> None:
    """A rod in metres over a year, in kelvin, is solved like one of length, time and spread 1."""
    rod = (
        "pde 1\nparam L = {L}, T = {T}, k = L^2/T, U = {U}, m = {m}\ndomain x in [0, L]\ntime t in [0, T]\nfield u(x, t)\n"
        "equation: dt(u) = k*dxx(u)\ninitial: u = m + U*sin(pi*x/L)\nboundary: u = m on all\n"
        "exact u = m + U*exp(-pi^2*t/T)*sin(pi*x/L)\n"
    )
    plain = run(rod.format(L=1, T=1, U=1, m=0), Polynomials((8,)))[2].history[-1].errors["u"]
    other = run(rod.format(L=1e-3, T=3.2e7, U=1e-2, m=293), Polynomials((8,)))[2].history[-1].errors["u"]
    assert np.isclose(plain, other, rtol=0.2)


def test_a_solution_that_is_singular_at_corners_has_functions_for_that() -> None:
    """The torsion of a square: its series at the middle."""
    text = (
        "pde 1\ndomain x in [0, 1], y in [0, 1]\nfield u(x, y)\nequation: -laplacian(u) = 1\nboundary: u = 0  on all\n"
    )
    problem = loads(text)
    found = raised(problem, planned(problem))
    assert found is not None and "corners" in made_of(planned(problem), found.space) and found.relative < 1e-12
    fields = expansions(problem, found.space, field_sizes(problem, {}))
    n = np.arange(1, 60, 2)
    series = 1 / 8 - np.sum(4 * np.sin(n * np.pi / 2) / (np.pi * n) ** 3 / np.cosh(n * np.pi / 2))
    assert values(fields, found.coefficients, np.array([[0.5, 0.5]]))[0, 0] == pytest.approx(series, abs=1e-13)


def test_where_the_solution_is_smooth_they_are_tried_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    domain = "domain (x, y) = polygon([[-1, -1], [1, -1], [1, 0], [0, 0], [0, 1], [-1, 1]])"
    text = f"pde 1\n{domain}\nfield u(x, y)\nlet w = sin(7*x)*cos(5*y)\nequation: -laplacian(u) = 74*w\nboundary: u = w  on all\n"
    problem = loads(text)
    monkeypatch.setattr(raising, "slow", lambda rungs: len(rungs) == 3)
    found = raised(problem, planned(problem))
    assert found is not None and found.relative < 1e-10, found.story
    assert isinstance(found.space, Polynomials) and "no help" in found.story[1]


def test_many_waves_in_a_box_take_products_and_in_a_shape_a_total_degree() -> None:
    equation = "field u(x, y)\nequation: -laplacian(u) = sin(60*x)\nboundary: u = 0  on all\n"
    box, disk = (
        loads(f"pde 1\ndomain {own}\n{equation}") for own in ("x in [0, 1], y in [0, 1]", "(x, y) = disk([0, 0], 0.5)")
    )
    assert [lowest(own).kind for own in (box, disk)] == ["product", "total"]
    exact = "pde 1\ndomain x in [0, 1], y in [0, 1]\nfield u(x, y)\nequation: -laplacian(u) = 1800*pi^2*sin(30*pi*x)*sin(30*pi*y)\nboundary: u = 0  on all\nexact u = sin(30*pi*x)*sin(30*pi*y)\n"
    problem = loads(exact)
    found = raised(problem, planned(problem), truths(problem))
    assert found is not None and found.history[-1].errors["u"] < 1e-10 and len(found.coefficients) < 2500


SOURCES = {
    "disk": """pde 1
domain (x, y) = disk([0, 0], 1)
field u(x, y)
equation: -laplacian(u) = delta(x - 0.3, y - 0.2)
boundary: u = 0  on all
exact u = -log((x - 0.3)^2 + (y - 0.2)^2)/(4*pi) + log(0.13*((x - 0.3/0.13)^2 + (y - 0.2/0.13)^2))/(4*pi)
""",
    "ball": """pde 1
domain (x, y, z) = ball([0, 0, 0], 1)
field u(x, y, z)
equation: -laplacian(u) = 2*delta(x, y, z)
boundary: dn(u) + u = 0  on all
exact u = 1/(2*pi*sqrt(x^2 + y^2 + z^2))
""",
    "beam": """pde 1
param EI = 2e4, P = 1000, a = 1, b = 2
domain x in [0, 3]
field w(x)
equation: EI*dxxxx(w) = P*delta(x - a)
boundary: w = 0  on all
boundary: dxx(w) = 0  on all
exact w = P*where(x < a, b*x*(9 - b^2 - x^2), a*(3 - x)*(9 - a^2 - (3 - x)^2))/(18*EI)
""",
    "heated wire": """pde 1
domain x in [-1, 1]
field T(x)
equation: -dxx(T) + 4*T = 2*delta(x - 0.25) + dx(delta(x + 0.5))
boundary: T = exact(T)  on all
exact T = exp(-2*abs(x - 0.25))/2 - sign(x + 0.5)*exp(-2*abs(x + 0.5))/2
""",
    "a source that swings": """pde 1
domain x in [-1, 1]
time t in [0, 1]
field u(x, t)
equation: dt(u) = dxx(u) + 2*(exp(-t))*delta(x)
initial: u = exact(u)
boundary: u = exact(u)  on all
exact u = -exp(-t)*sin(abs(x)) + exp(-t)*cos(x)
""",
}


@pytest.mark.parametrize("name", SOURCES)
def test_point_sources(name: str) -> None:
    problem = loads(SOURCES[name])
    found = raised(problem, planned(problem), truths(problem))
    assert found is not None and max(found.history[-1].errors.values()) < 1e-10 and found.relative < 1e-8


def test_what_is_singular_at_corners_is_left_out_again_where_it_keeps_polynomials_from_converging() -> None:
    """Beside a source in a square the solution is smooth, and those functions do the work of many degrees at first."""
    problem = loads(
        "pde 1\ndomain x in [0, 1], y in [0, 1]\nfield u(x, y)\nequation: -laplacian(u) = delta(x - 0.4, y - 0.3)\n"
        "boundary: u = 0  on all\n"
    )
    found = raised(problem, planned(problem))
    assert found is not None and isinstance(found.space, Polynomials) and found.relative < 1e-9
    fields = expansions(problem, found.space, field_sizes(problem, {}))
    n = np.arange(1, 200)  # its Fourier series along x
    height = np.sinh(n * np.pi * 0.3) * np.sinh(n * np.pi * 0.25) / np.sinh(n * np.pi)
    series = np.sum(2 * np.sin(n * np.pi * 0.4) * np.sin(n * np.pi * 0.6) * height / (n * np.pi))
    assert values(fields, found.coefficients, np.array([[0.6, 0.75]]))[0, 0] == pytest.approx(series, abs=1e-11)


@pytest.mark.parametrize(("k", "most"), [(200, 1e-9), (900, 1e-6)])
def test_it_is_kept_where_without_it_they_stay_farther_away(k: int, most: float) -> None:
    """Layers of a few hundredths in a square: near its corners polynomials fall slowly, and rounding is soon all that is left."""
    problem = loads(
        "pde 1\ndomain x in [0, 1], y in [0, 1]\nfield u(x, y)\n"
        f"equation: {k}*u - laplacian(u) = {k}\nboundary: u = 0  on all\n"
    )
    found = raised(problem, planned(problem))
    assert found is not None and isinstance(found.space, Added) and found.relative < most
    assert found.final and not any("no help" in words for words in found.story)
    n = np.arange(1, 100, 2) * np.pi  # in the middle: what it is in a strip, and Fourier's series along it
    own = np.sqrt(n**2 + k)
    series = np.sum(4 * k / (n * own**2) * np.sin(n / 2) / np.cosh(own / 2))
    series = 1 - 1 / np.cosh(np.sqrt(k) / 2) - series
    fields = expansions(problem, found.space, field_sizes(problem, {}))
    middle = values(fields, found.coefficients, np.array([[0.5, 0.5]]))[0, 0]
    assert middle == pytest.approx(series, abs=10 * found.relative)


def test_newton_is_led_to_a_solution_where_it_stays_beside_one() -> None:
    """Carrier's problem (Bender and Orszag 1978, section 9.7): from nothing least squares stay at a minimum that is no solution."""
    text = "pde 1\nparam eps = 0.01\ndomain x in [-1, 1]\nfield u(x)\nequation: eps*dxx(u) + 2*(1 - x^2)*u + u^2 = 1\nboundary: u = 0  on all\n"
    problem = loads(text)
    found = raised(problem, planned(problem))
    assert found is not None and found.relative < 1e-12 and max(found.missed.values()) < 1e-10
    assert "led there from 1000 times `eps`" in found.story[1]


def test_where_degrees_stay_coarse_at_thin_layers_coordinates_are_stretched() -> None:
    text = (SPECS / "hard" / "layer.pde").read_text(encoding="utf-8")
    problem = loads(text)
    found = raised(problem, planned(problem), truths(problem))
    assert found is not None and isinstance(found.space, Polynomials) and found.space.stretches
    assert len(found.coefficients) < 300 and found.history[-1].errors["u"] < 1e-12
    plain = loads(text.replace("exact", "solve { stretch = none }\nexact"))
    other = raised(plain, planned(plain), truths(plain))
    assert other is not None and isinstance(other.space, Polynomials) and not other.space.stretches


@pytest.mark.slow
def test_coordinates_are_stretched_at_those_faces_where_the_solution_is_steep() -> None:
    problem = loads((SPECS / "family" / "layers.pde").read_text(encoding="utf-8").replace("1e-3", "4e-3"))
    found = raised(problem, planned(problem), truths(problem))
    assert found is not None and isinstance(found.space, Polynomials)
    along, eps = found.space.stretches[0]
    assert along is not None and along.places == (1.0,) and eps is not None and eps.places == (0.0,)
    assert found.history[-1].errors["u"] < 1e-5


SIX = "pde 1\ndomain x[1:6] in [0, 1]\nfield u(x)\nequation: {}\nboundary: u = {} on all\n"


@pytest.mark.parametrize(
    ("equation", "walls", "kind"),
    [
        ("laplacian(u) + u^3 = 0", "1/(2 + sum(x[k], k in 1:6))", "composite"),
        ("laplacian(u) = -2*exp(x[1] - x[2])", "exp(x[1] - x[2]) + sum(x[k]^3, k in 3:6)", "additive"),
    ],
)
def test_the_form_of_the_data_is_tried_and_given_up_where_the_solution_has_not_it(
    equation: str, walls: str, kind: str
) -> None:
    """Data are functions of one direction, or sums, and so is no solution: what is missed of the statements says so."""
    problem = loads(SIX.format(equation, walls))
    found = begun(problem)
    assert found[0].kind == kind and found[-1].kind == "total"
    done = raised(problem, replace(planned(problem), limits=Limits(seconds=20)))
    assert done is not None and isinstance(done.space, Polynomials) and done.space.kind == "total"


def test_the_form_of_the_data_is_that_of_the_solution() -> None:
    sums = "pde 1\ndomain x[1:20] in [0, 1]\nfield u(x)\nequation: laplacian(u) = -exact(u)\nboundary: u = exact(u) on all\nexact u = {}\n"
    for exact, kind in (
        ("sum(sin(x[k]), k in 1:20)", "additive"),
        ("cos(sum(x[k], k in 1:20)/sqrt(20))", "composite"),
    ):
        problem = loads(sums.format(exact))
        done = raised(problem, planned(problem), truths(problem))
        assert done is not None and isinstance(done.space, Polynomials) and done.space.kind == kind
        assert done.final and done.history[-1].errors["u"] < 1e-10


def test_time_that_a_network_has_no_use_for_is_spent_on_degrees(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = loads("pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) = sin(9*x)\nboundary: u = 0  on all\n")
    monkeypatch.setattr(raising, "affordable", lambda problem, plan, rungs, space, began, only, *rest: only)
    ends = [climb(problem).found(network=own) for own in (lambda: 0.0, lambda: 1.0, lambda: 1e6)]
    assert [(own is not None and own.status, own is not None and own.relative < 1e-9) for own in ends] == [
        ("time limit", False), ("time limit", False), ("converged", True),
    ]  # fmt: skip


def test_what_was_left_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "pde 1\ndomain x in [0, 1]\nfield u(x)\nequation: dxx(u) + u^2 = sin(9*x)\nboundary: u = 0  on all\n"
    own = climb(loads(text))
    monkeypatch.setattr(
        raising, "affordable", lambda problem, plan, rungs, space, began, only, *rest: only or len(rungs) < 2
    )
    first = own.found()
    assert first is not None and first.status == "time limit" and first.relative > 1e-9
    more, whole = own.found(network=lambda: 1e6), climb(loads(text)).found(network=lambda: 1e6)
    assert more is not None and whole is not None and more.status == "converged" and more.space == whole.space
    np.testing.assert_array_equal(more.coefficients, whole.coefficients)
    assert more.history[: len(first.history)] == first.history and more.story == whole.story


def test_functions_that_there_is_no_time_for_take_nothing_away(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "pde 1\ndomain x in [0, 1], y in [0, 1]\nfield u(x, y)\nequation: -laplacian(u) = 1\nboundary: u = 0  on all\n"
    )
    monkeypatch.setattr(raising, "affordable", lambda problem, plan, rungs, space, *rest: not isinstance(space, Added))
    monkeypatch.setattr(raising, "slow", lambda rungs: len(rungs) == 3)
    own = climb(loads(text))
    found = own.found()
    assert found is not None and found.status == "time limit"
    assert len(own.rungs) == len(own.history) == 3


def test_only_what_has_no_data_is_led_to_its_solution() -> None:
    """Easier problems know nothing of the data: what they lead to misses these."""
    text = f"{BOX}equation: k*laplacian(u) + u^2 = 1\nboundary: k*dn(u) + u = 0  on all\nparam k = 2\n"
    assert climb(loads(text)).leading == 0
    sought = text.replace("param k = 2", 'unknown k = 2\ndata: u from "u.csv"  noise 0.1')
    own = climb(loads(sought, data={"u.csv": {"x": [0.5, 0.2], "y": [1.0, 0.3], "u": [0.4, 0.3]}}))
    assert own.leading == np.inf and own.data.rows
