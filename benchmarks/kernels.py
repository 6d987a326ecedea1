"""The pieces of linear algebra that a step is made of, timed: `python -m benchmarks.kernels [ROWS COLUMNS]`."""

import sys
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pdedsl.solver.factor import qr
from pdedsl.solver.features import Stored, squared


def milliseconds(function: Callable[..., Any], *arguments: Any) -> float:
    """The median of nine calls, compiled before."""
    compiled = jax.jit(function)
    jax.block_until_ready(compiled(*arguments))
    found = []
    for _ in range(9):
        begun = time.perf_counter()
        jax.block_until_ready(compiled(*arguments))
        found.append(1e3 * (time.perf_counter() - begun))
    return float(np.median(found))


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    rows, columns = (int(a) for a in sys.argv[1:]) if len(sys.argv) > 1 else (2000, 921)
    phi = jax.random.normal(jax.random.key(0), (rows, columns))
    gram = phi.T @ phi
    for name, value in {
        "phi.T @ phi": milliseconds(lambda p: p.T @ p, phi),
        "squared(phi)": milliseconds(squared, phi),
        "eigh(Gram matrix)": milliseconds(jnp.linalg.eigh, gram),
        "cholesky(Gram matrix)": milliseconds(jnp.linalg.cholesky, gram + jnp.eye(columns)),
        "qr, svd of the triangle": milliseconds(lambda p: qr(Stored(p), p[:, 0]), phi),
    }.items():
        print(f"{name:26} {value:8.1f} ms")
