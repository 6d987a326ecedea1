"""From a problem to the spectrum of its operator on a Fourier basis of the domain."""

from dataclasses import dataclass
from itertools import product

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from pdedsl.geometry.points import inside_shape, scale
from pdedsl.numerics.lower import Callee, residuals
from pdedsl.numerics.programs import program
from pdedsl.problem.problem import Problem

MODES = {1: 40, 2: 12, 3: 5}
"""The largest wavenumber in each coordinate, in half waves, by the number of coordinates."""
POINTS = 6000


@dataclass(frozen=True)
class Fourier:
    """An operator on products of cosines `cos(k pi (x - a) / L)`, linearised about a solution."""

    wavenumbers: np.ndarray
    """Half waves in each coordinate, shape (M, d)."""
    sizes: np.ndarray
    """`|D e_k|`, root mean square over the domain, for modes of root mean square 1, shape (M,)."""
    singular_values: np.ndarray
    """Of D on the span of the modes, the largest first, shape (M,)."""


def fourier(problem: Problem, u: Callee | None = None, statement: str | None = None) -> Fourier:
    """The spectrum of a statement's operator, for the first field; of the first equation if none is named.

    `u` is the solution about which a nonlinear operator is linearised; zero by default. Raises ValueError in more than
    three coordinates, where a full basis is too large.
    """
    d = len(problem.coordinates)
    if d not in MODES:
        raise ValueError(f"a Fourier basis is for up to three coordinates, and there are {d}")
    with jax.enable_x64(True):
        residual = residuals(problem)[statement or problem.equations[0].name]
        unit = np.random.default_rng(0).random((POINTS, d))
        points = scale(unit, problem.domain)
        points = jnp.asarray(points[inside_shape(problem.domain, points)])
        low, high = (jnp.asarray(b) for b in np.asarray(problem.bounds, float).T)
        modes = np.asarray(list(product(range(MODES[d] + 1), repeat=d)), float)
        fields = len(problem.fields)
        about = u if u is not None else lambda x: jnp.zeros((fields,), x.dtype)

        def mode(k: Array, x: Array) -> Array:
            size = jnp.prod(jnp.where(k > 0, jnp.sqrt(2.0), 1.0))
            return size * jnp.prod(jnp.cos(k * jnp.pi * (x - low) / (high - low)))

        def applied(k: Array, x: Array) -> Array:
            def moved(size: Array) -> Array:
                def shifted(y: Array) -> Array:
                    return jnp.reshape(about(y), (fields,)).at[0].add(size * mode(k, y))

                return residual(shifted, x)

            return jax.jvp(moved, (jnp.zeros(()),), (jnp.ones(()),))[1]

        columns = program(lambda k: jax.vmap(lambda x: applied(k, x))(points).reshape(-1))
        matrix = np.stack([np.asarray(columns(jnp.asarray(k))) for k in modes], axis=1) / np.sqrt(len(points))
    return Fourier(modes.astype(int), np.linalg.norm(matrix, axis=0), np.linalg.svd(matrix, compute_uv=False))
