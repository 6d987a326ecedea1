"""The Green's functions that are known in closed form or as a series, to hold the empirical ones against."""

from collections.abc import Callable

import numpy as np

from pdedsl.geometry.faces import end, faces, pieces, start
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Constraint
from pdedsl.problem.symbol import constant_coefficients

TERMS = 80
"""Terms of each series, in each coordinate."""

Kernel = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Points of shapes (N, d) and (M, d) to the values g(x, y), shape (N, M)."""


def true_green(problem: Problem) -> Kernel | None:
    """The Green's function of D with homogeneous Dirichlet data, where it is known; None elsewhere.

    Known are `k u'' ` on an interval, `k Laplacian u` on a rectangle and `dt(u) - a dxx(u)` on an interval, `k` and `a`
    constants.
    """
    symbol = constant_coefficients(problem)
    if symbol is None or problem.shape is not None or not _dirichlet(problem):
        return None
    space = problem.domain.spatial
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
    if problem.time is None or len(space) != 1:
        return None
    column = problem.domain.column(problem.time.symbol)
    rate = tuple(int(k == column) for k in range(len(lengths)))
    if set(symbol) == {pure(space[0]), rate}:
        speed, diffusivity = symbol[rate], -symbol[pure(space[0])]
        if speed * diffusivity <= 0:
            return None

        def heat(x: np.ndarray, y: np.ndarray) -> np.ndarray:
            (ax, k), (ay, _) = modes(x, space[0]), modes(y, space[0])
            later = x[:, column][:, None] - y[:, column][None, :]
            decay = np.exp(-diffusivity / speed * k[None, None, :] * np.maximum(later, 0)[:, :, None])
            return np.where(later > 0, np.einsum("nk,npk,pk->np", ax, decay, ay), 0.0) / speed

        return heat
    return None


def _dirichlet(problem: Problem) -> bool:
    """Whether values are given on all of the boundary, and at the start of time."""
    domain, field = problem.domain, problem.fields[0].expression
    simple = all(
        c.lhs == (field,) and not c.rhs[0].has(field) and not isinstance(c, Constraint) for c in problem.conditions
    )
    if not simple or any(c.periodic for c in domain.coordinates):
        return False
    covered = dict.fromkeys([*faces(domain), *([start(domain)] if domain.time else [])], 0.0)
    for condition in problem.conditions:
        for piece in pieces(domain, condition):
            covered[piece.face] = covered.get(piece.face, 0.0) + piece.share
    final = end(domain) if domain.time else None
    return final not in covered and all(share > 1 - 1e-6 for share in covered.values())
