"""From a trained solution to its tangent space: the spectrum of its features, NTK, NNTK and the empirical Green's function.

With the features `phi(y) = d/dtheta D[u](y)` of a statement and `psi(x) = d/dtheta u(x)` of a field, a natural-gradient
step is `delta u(x) = -integral g(x, y) r(y) dy`: it applies the Green's function of D, projected onto the tangent space,
to the residual (Schwencke and Furtlehner, arXiv 2412.10782).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from pdedsl.numerics.programs import program
from pdedsl.numerics.sampling import sampler
from pdedsl.numerics.system import Block, System
from pdedsl.planning.plan import Plan
from pdedsl.problem.problem import Problem
from pdedsl.solver.factor import Factors, qr
from pdedsl.solver.method import Objective, Points
from pdedsl.solver.minimise import Outcome

CHUNK = 512
"""Points of which the rows are taken at a time."""
ROWS = 3
"""Rows of the feature matrix for each parameter: fresh points, uniform on where a statement holds."""
FLOOR = 1e-7
"""The smallest singular value that is kept, relative to the largest, where nothing else is said."""
_SEED = 20_241_210


class Trained(Protocol):
    """What is needed of a solution."""

    @property
    def problem(self) -> Problem: ...
    @property
    def plan(self) -> Plan: ...
    @property
    def system(self) -> System: ...
    @property
    def outcome(self) -> Outcome: ...


def tangent(solution: Trained, at: Literal["start", "end"] = "end", cutoff: float | None = None) -> "Tangent":
    """The tangent space of a solution at the start or at the end of its training.

    `cutoff` is the smallest singular value that is kept, in the units of `Tangent.s`; by default 1e-7 of the largest.
    """
    with jax.enable_x64(True):
        parameters = solution.system.start if at == "start" else jnp.asarray(solution.outcome.parameters)
    return Tangent(solution.problem, solution.system, parameters, cutoff)


@dataclass(frozen=True)
class Tangent:
    """The tangent space of a parametrised solution at some parameters; all arrays are NumPy's, in double precision."""

    problem: Problem
    system: System
    parameters: Array
    lowest: float | None = None

    @cached_property
    def points(self) -> Points:
        """Fresh points of each block, of low discrepancy, shapes (N_k, d): means over them are nearly integrals. Data stay."""
        statements = {s.name: s for s in self.problem.statements}
        shares = np.asarray([len(b.points) for b in self.system.blocks], float)
        counts = np.maximum(ROWS * self.parameters.size * shares / shares.sum(), 16).astype(int)
        drawn = [
            block.points
            if block.soft
            else sampler(self.problem, statements[block.name], even=True)(int(n), np.random.default_rng([_SEED, k]))
            for k, (block, n) in enumerate(zip(self.system.blocks, counts, strict=True))
        ]
        return tuple(jnp.asarray(own) for own in drawn)

    @cached_property
    def factors(self) -> Factors:
        with jax.enable_x64(True):
            linearise = self._kept("linearise", lambda: Objective(self.system).linearise)
            r, phi, _ = linearise(self.parameters, self.points)
            return self._kept("factors", lambda: qr)(phi, r)

    @property
    def s(self) -> np.ndarray:
        """Singular values of the features, rows scaled by sqrt(w / N), the largest first, shape (K,)."""
        return np.asarray(self.factors.s)

    @property
    def c(self) -> np.ndarray:
        """Coefficients of the residual along the left singular vectors, shape (K,)."""
        return np.asarray(self.factors.c)

    @property
    def cutoff(self) -> float:
        """The smallest singular value that the kernels keep."""
        return FLOOR * float(self.s[0]) if self.lowest is None else self.lowest

    @property
    def rank(self) -> int:
        return int((self.s >= self.cutoff).sum())

    def field(self, points: np.ndarray, name: str | None = None) -> np.ndarray:
        """`d/dtheta u` at points of shape (N, d), shape (N, P); of the first field if no name is given."""
        names = [f.name for f in self.problem.fields]
        place = names.index(name) if name is not None else 0
        return self._rows(place, lambda p, x: jnp.reshape(self.system.model(p)(x), (-1,))[place], points)

    def statement(self, points: np.ndarray, name: str | None = None, component: int = 0) -> np.ndarray:
        """`d/dtheta D[u]` at points, shape (N, P); of the first block if no name is given. Hard conditions have none."""
        block = self._block(name)
        return self._rows(
            (block.name, component), lambda p, x: block.residual(self.system.model(p), x)[component], points
        )

    def ntk(self, x: np.ndarray, y: np.ndarray, name: str | None = None) -> np.ndarray:
        """The neural tangent kernel `psi(x) . psi(y)` of a field, shape (N_x, N_y)."""
        return self.field(x, name) @ self.field(y, name).T

    def nntk(self, x: np.ndarray, y: np.ndarray, name: str | None = None) -> np.ndarray:
        """The natural tangent kernel `phi(x) G^+ phi(y)` of a statement, shape (N_x, N_y).

        G is the Gram matrix of all features, so this is the kernel of the projection onto the tangent space with respect
        to the mean over where the statement holds: it reproduces what the network can change about `D[u]`.
        """
        return self._share(name) * self._inverse(self.statement(x, name), self.statement(y, name))

    def green(self, x: np.ndarray, y: np.ndarray, field: str | None = None, name: str | None = None) -> np.ndarray:
        """The empirical Green's function `psi(x) G^+ phi(y) w / |Omega|`, shape (N_x, N_y).

        Where the tangent space is rich enough, `integral g(x, y) f(y) dy` solves `D[u] = f` with homogeneous data.
        """
        return self._share(name) / self._measure * self._inverse(self.field(x, field), self.statement(y, name))

    def correction(self, x: np.ndarray, field: str | None = None) -> np.ndarray:
        """What one full step adds to a field: the Green's function applied to the residuals, shape (N,)."""
        kept = self.s >= self.cutoff
        step = np.asarray(self.factors.v)[:, kept] @ (self.c[kept] / self.s[kept])
        return -self.field(x, field) @ step

    def _inverse(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        kept = self.s >= self.cutoff
        v = np.asarray(self.factors.v)[:, kept]
        return (left @ v / self.s[kept] ** 2) @ (right @ v).T

    def _kept(self, key: object, make: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
        """A compiled program, one for all tangent spaces of a system."""
        programs = self.system.programs
        if ("tangent", key) not in programs:
            programs["tangent", key] = program(make())
        return programs["tangent", key]

    def _rows(self, key: object, value: Callable[[Array, Array], Array], points: np.ndarray) -> np.ndarray:
        """`d value / d theta` at points, some at a time, so that each kind of rows is compiled once."""
        with jax.enable_x64(True):
            rows = self._kept(key, lambda: jax.vmap(jax.grad(value), (None, 0)))
            found = np.empty((len(points), self.parameters.size))
            for start in range(0, len(points), CHUNK):
                own = points[start : start + CHUNK]
                padded = np.concatenate([own, np.repeat(own[-1:], CHUNK - len(own), axis=0)])
                found[start : start + CHUNK] = rows(self.parameters, jnp.asarray(padded, float))[: len(own)]
        return found

    def _share(self, name: str | None) -> float:
        """What the loss multiplies the squared residual of a statement's first component with."""
        block = self._block(name)
        return block.weight / float(np.ravel(block.size)[0]) ** 2

    def _block(self, name: str | None) -> Block:
        blocks = {b.name: b for b in self.system.blocks}
        if name is not None and name not in blocks:
            raise ValueError(f"there is no residual block `{name}`; there are: {', '.join(blocks)}")
        return blocks[name] if name is not None else self.system.blocks[0]

    @cached_property
    def _measure(self) -> float:
        """The volume of the domain in space and time."""
        domain = self.problem.domain
        lengths = np.asarray([high - low for low, high in domain.bounds])
        if domain.shape is None:
            return float(np.prod(lengths))
        return domain.shape.volume * float(np.prod(lengths[list(domain.other)]))
