"""Free-space solutions: the flux round the source is one, and what the operator makes of them is smooth there."""

from collections.abc import Mapping

import numpy as np
import pytest
import sympy as sp

from pdedsl.problem.symbol import MultiIndex
from pdedsl.spaces.free_space import free_space, singular_part
from pdedsl.stages.load import loads

X, Y, Z = SPACE = sp.symbols("x y z", real=True)
LAPLACE = {(2, 0): -1.0, (0, 2): -1.0}
HELMHOLTZ = {(2, 0): 2.0, (0, 2): 2.0, (0, 0): 9.0}
TILTED = {(2, 0): 2.0, (0, 2): 1.0, (1, 1): 0.5, (1, 0): 1.0, (0, 1): -2.0, (0, 0): -1.0}
PLATE = {(4, 0): 3.0, (2, 2): 6.0, (0, 4): 3.0, (2, 0): -1.0, (0, 2): -1.0, (0, 0): 3.0}
BALL = {(2, 0, 0): 1.0, (0, 2, 0): 1.0, (0, 0, 2): 1.0, (0, 0, 0): 2.0, (1, 0, 0): 1.0}
PLATES = {(4, 0, 0): 1.0, (0, 4, 0): 1.0, (0, 0, 4): 1.0, (2, 2, 0): 2.0, (2, 0, 2): 2.0, (0, 2, 2): 2.0}
OPERATORS = [LAPLACE, HELMHOLTZ, TILTED, PLATE, BALL, PLATES]


def applied(numbers: Mapping[MultiIndex, float], expression: sp.Expr) -> sp.Expr:
    total: sp.Expr = sp.Integer(0)
    for index, number in numbers.items():
        own = expression
        for symbol, n in zip(SPACE, index, strict=False):
            own = sp.diff(own, symbol, n) if n else own
        total += number * own
    return total


@pytest.mark.parametrize("numbers", OPERATORS)
def test_the_flux_round_a_source_is_one(numbers: Mapping[MultiIndex, float]) -> None:
    """Gauss's theorem on a small sphere: of all but the highest derivatives nothing is left."""
    dimension = len(next(iter(numbers)))
    symbols = SPACE[:dimension]
    found = free_space(numbers, symbols, 1.0)
    assert found is not None
    order = max(map(sum, numbers))
    flux = [sp.Integer(0)] * dimension
    for index, number in numbers.items():
        if sum(index) == order:  # one derivative of each term is taken off, where it is even in halves
            axes = [k for k, n in enumerate(index) if n]
            for axis in axes:
                rest = tuple(n - (k == axis) for k, n in enumerate(index))
                flux[axis] += number / len(axes) * applied({rest: 1.0}, found)
    values = sp.lambdify(symbols, flux)
    radius, n = 1e-4, 400
    if dimension == 2:
        angle = 2 * np.pi * (np.arange(n) + 0.5) / n
        normals, weight = np.stack([np.cos(angle), np.sin(angle)]), 2 * np.pi * radius / n
    else:
        heights, weights = np.polynomial.legendre.leggauss(20)
        angle = 2 * np.pi * (np.arange(40) + 0.5) / 40
        z, a = np.meshgrid(heights, angle, indexing="ij")
        side = np.sqrt(1 - z**2)
        normals = np.stack([side * np.cos(a), side * np.sin(a), z]).reshape(3, -1)
        weight = (2 * np.pi * radius**2 / 40 * np.repeat(weights, 40)).reshape(-1)
    along = np.stack([np.broadcast_to(v, normals.shape[1]) for v in values(*(radius * normals))])
    assert float(np.sum(weight * np.sum(along * normals, axis=0))) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("numbers", OPERATORS)
def test_what_is_left_of_the_operator_is_smooth(numbers: Mapping[MultiIndex, float]) -> None:
    """Along a line through the source a polynomial comes near to it."""
    dimension = len(next(iter(numbers)))
    found = free_space(numbers, SPACE[:dimension], 1.0)
    assert found is not None
    values = sp.lambdify(SPACE[:dimension], applied(numbers, found))
    t = np.cos(np.pi * (np.arange(40) + 0.5) / 40) * 0.7
    along = np.array([float(values(*(s * np.array([0.6, 0.8, 0.3])[:dimension]))) for s in t])
    fit = np.polynomial.chebyshev.Chebyshev.fit(t, along, 14, domain=[-0.7, 0.7])
    assert np.abs(fit(t) - along).max() < 1e-7 * max(1.0, np.abs(along).max())


def test_what_is_not_known() -> None:
    assert free_space({(2, 0): 1.0, (0, 2): -1.0}, (X, Y), 1.0) is None  # a wave
    assert free_space({(4, 0): 1.0, (0, 4): 1.0}, (X, Y), 1.0) is None  # no power of the laplacian
    assert free_space({(1, 0): 1.0}, (X, Y), 1.0) is None
    assert free_space({**LAPLACE, (1, 0): 1e4}, (X, Y), 1.0) is None  # a wake that no number holds
    far = free_space({**LAPLACE, (0, 0): 1e4}, (X, Y), 1.0)  # few terms, where they grow
    assert far is not None and len(sp.Add.make_args(far.args[-1])) < 4


def test_of_a_problem() -> None:
    text = "pde 1\ndomain x in [0, 1], y in [0, 1]\nfield u(x, y)\nequation: {}\nboundary: u = 0 on all\n"
    problem = loads(text.format("-laplacian(u) = 3*delta(x - 0.5, y - 0.25)"))
    found = singular_part(problem, problem.fields[0])
    assert found is not None
    x, y = problem.symbols
    assert float(found.subs({x: 0.75, y: 0.25}) - found.subs({x: 0.6, y: 0.25})) == pytest.approx(
        -3 * np.log(2.5) / (2 * np.pi)
    )
    smooth = loads(text.format("-laplacian(u) = 1"))
    assert singular_part(smooth, smooth.fields[0]) == 0
