"""The Green's functions that are known in closed form or as a series, to hold the empirical ones against."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.geometry.geometry import end, faces, pieces, start
from pdedsl.problem.problem import Problem, expand_derivatives

TERMS = 80
"""Terms of each series, in each coordinate."""

Kernel = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Points of shapes (N, d) and (M, d) to the values g(x, y), shape (N, M)."""


def true_green(problem: Problem) -> Kernel | None:
    """The Green's function of D with homogeneous Dirichlet data, where it is known; None elsewhere.

    Known are `k u'' ` on an interval, `k Laplacian u` on a rectangle and `dt(u) - a dxx(u)` on an interval, `k` and `a`
    constants.
    """
    symbol = _symbol(problem)
    if symbol is None or problem.shape is not None or not _dirichlet(problem):
        return None
    space = [problem.symbols.index(c.symbol) for c in problem.space]
    lengths = [high - low for low, high in problem.bounds]
    starts = np.asarray([low for low, _ in problem.bounds])

    def pure(axis: int) -> tuple[int, ...]:
        return tuple(2 * int(k == axis) for k in range(len(lengths)))

    def modes(x: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
        """Normalised sine modes at points, shape (N, TERMS), and the squares of their wavenumbers."""
        k = np.arange(1, TERMS + 1) * np.pi / lengths[axis]
        return np.sqrt(2 / lengths[axis]) * np.sin(np.outer(x[:, axis] - starts[axis], k)), k**2

    if problem.time is None and len(space) == 1 and set(symbol) == {pure(0)}:
        (factor,) = symbol.values()

        def interval(x: np.ndarray, y: np.ndarray) -> np.ndarray:
            low, high = np.minimum(x[:, :1], y[:, 0]), np.maximum(x[:, :1], y[:, 0])
            return -(low - starts[0]) * (starts[0] + lengths[0] - high) / lengths[0] / factor

        return interval
    if problem.time is None and len(space) == 2 and set(symbol) == {pure(0), pure(1)}:
        first, second = symbol[pure(0)], symbol[pure(1)]

        def rectangle(x: np.ndarray, y: np.ndarray) -> np.ndarray:
            (ax, k), (bx, m) = modes(x, 0), modes(x, 1)
            (ay, _), (by, _) = modes(y, 0), modes(y, 1)
            eigenvalues = first * k[:, None] + second * m[None, :]
            return -np.einsum("nk,nm,km,pk,pm->np", ax, bx, 1 / eigenvalues, ay, by, optimize=True)

        return rectangle
    if problem.time is not None and len(space) == 1 and set(symbol) == {pure(0), (0, 1)}:
        speed, diffusivity = symbol[0, 1], -symbol[pure(0)]
        if speed * diffusivity <= 0:
            return None

        def heat(x: np.ndarray, y: np.ndarray) -> np.ndarray:
            (ax, k), (ay, _) = modes(x, 0), modes(y, 0)
            later = x[:, 1][:, None] - y[:, 1][None, :]
            decay = np.exp(-diffusivity / speed * k[None, None, :] * np.maximum(later, 0)[:, :, None])
            return np.where(later > 0, np.einsum("nk,npk,pk->np", ax, decay, ay), 0.0) / speed

        return heat
    return None


def _symbol(problem: Problem) -> Mapping[tuple[int, ...], float] | None:
    """A linear operator with constant coefficients on one field, by the multi-indices of its derivatives."""
    if len(problem.fields) != 1 or len(problem.equations) != 1 or len(problem.equations[0].residual) != 1:
        return None
    residual = expand_derivatives(problem.equations[0].residual[0])
    field = problem.fields[0].expression
    atoms: list[Any] = sorted(residual.atoms(sp.Derivative) | ({field} & residual.atoms(sp.Function)), key=str)
    stand_in = {atom: sp.Dummy() for atom in atoms}
    plain = residual.xreplace(stand_in)
    found = {}
    for atom, dummy in stand_in.items():
        coefficient: Any = sp.expand(sp.diff(plain, dummy)).xreplace(dict(problem.values))
        if coefficient.free_symbols:
            return None
        pairs: Any = atom.variable_count if isinstance(atom, sp.Derivative) else ()
        counts: dict[Any, Any] = dict(pairs)
        found[tuple(int(counts.get(s, 0)) for s in problem.symbols)] = float(coefficient)
    return {index: value for index, value in found.items() if value}


def _dirichlet(problem: Problem) -> bool:
    """Whether values are given on all of the boundary, and at the start of time."""
    field = problem.fields[0].expression
    simple = all(c.lhs == (field,) and not c.rhs[0].has(field) and c.kind != "constraint" for c in problem.conditions)
    if not simple or problem.periodic:
        return False
    covered = dict.fromkeys([*faces(problem), *([start(problem)] if problem.time else [])], 0.0)
    for condition in problem.conditions:
        for piece in pieces(problem, condition):
            covered[piece.face] = covered.get(piece.face, 0.0) + piece.share
    final = end(problem) if problem.time else None
    return final not in covered and all(share > 1 - 1e-6 for share in covered.values())
