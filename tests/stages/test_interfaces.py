"""Problems whose fields jump, or have a kink, against exact solutions."""

import pytest

from pdedsl.numerics.truth import truths
from pdedsl.planning.defaults import planned
from pdedsl.stages.load import loads
from pdedsl.stages.raising import raised

LAYERS = """domain x in [0, 3]
field u(x)
let k = where(x < 1, 1, where(x < 2, 0.01, 100))
equation: dx(k*dx(u)) = 0
boundary: u = 0  on x = 0
boundary: u = 1  on x = 3
exact u = where(x < 1, x, where(x < 2, 1 + 100*(x - 1), 101 + 0.01*(x - 2)))/101.01
"""
COATING = """domain x in [0, 1]
field u(x)
let k = where(x < 0.0005, 0.001, 1)
equation: dx(k*dx(u)) = 0
boundary: u = 0  on x = 0
boundary: u = 1  on x = 1
exact u = where(x < 0.0005, 1000*x, 0.5 + x - 0.0005)/1.4995
"""
SLANTED = """domain x in [0, 1], y in [0, 1]
field u(x, y)
let s = x + y - 0.9
let w = where(s < 0, s, s/3)
equation: div(where(s < 0, 1, 3)*grad(u)) = 0
boundary: u = w  on all
exact u = w
"""
RESISTANCE = """param R = 0.5
domain x in [0, 1]
field u(x)
equation: dxx(u) = 0
interface: jump(u) = R*dn(u)  on x = 0.3
interface flux: jump(dn(u)) = 0  on x = 0.3
boundary: u = 0  on x = 0
boundary: u = 1  on x = 1
exact u = where(x < 0.3, x, x + R)/(1 + R)
"""
HEAT = """domain x in [-1, 1]
time t in [0, 1]
field u(x, t)
let k = where(x < 0, 1, 4)
let w = where(x < 0, sin(pi*x), sin(pi*x/2)/2)
equation: dt(u) = dx(k*dx(u))
initial: u = w
boundary: u = w*exp(-pi^2*t)  on all
exact u = exp(-pi^2*t)*w
"""
SOURCE = """domain x in [-1, 1], y in [-1, 1]
field u(x, y)
equation: laplacian(u) = 0
interface: jump(u) = 1 + y  on x = 0
interface flux: jump(dn(u)) = 2*y  on x = 0
boundary: u = exact(u)  on all
exact u = where(x < 0, x*y, 3*x*y + 1 + y)
"""
BARS = """domain x in [-1, 1], y in [0, 1]
field u(x, y), v(x, y)
vector U = (u, v)
let mu = where(x < 0, 1, 2)
equation: div(2*mu*sym(grad(U))) = 0
boundary: U = exact(U)  on all
exact u = where(x < 0, 2*x, x)
exact v = 0
"""

DISK = """param K = 1000
domain x in [-1, 1], y in [-1, 1]
field u(x, y)
part disk: x^2 + y^2 < 0.16
let k = where(disk, K, 1)
let outside = x - (K - 1)/(K + 1)*0.16*x/(x^2 + y^2)
equation: div(k*grad(u)) = 0
boundary: u = outside  on all
exact u = where(disk, 2*x/(K + 1), outside)
"""


CASES = {
    "layers": (LAYERS, 1e-12),
    "coating": (COATING, 1e-11),  # the sides are taken eight roundings beside the line, where the slope is 700
    "slanted": (SLANTED, 1e-12),
    "resistance": (RESISTANCE, 1e-12),
    "heat": (HEAT, 1e-12),
    "source": (SOURCE, 1e-12),
    "bars": (BARS, 1e-12),
    "disk": (DISK, 1e-12),
}


@pytest.mark.parametrize("name", CASES)
def test_against_the_exact_solution(name: str) -> None:
    text, most = CASES[name]
    problem = loads(f"pde 1\n{text}")
    found = raised(problem, planned(problem), truths(problem))
    assert found is not None and found.status == "converged"
    assert max(found.history[-1].errors.values()) < most and found.relative < 1e-9
