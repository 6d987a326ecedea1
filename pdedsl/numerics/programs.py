"""From a function for JAX to a compiled program, of which the compilation takes no longer than it is worth."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp

QUICK: Mapping[str, Any] = {
    "xla_llvm_disable_expensive_passes": True,
    "xla_backend_optimization_level": 1,
    "xla_cpu_use_fusion_emitters": False,
}
"""Options of XLA for processors: steps, which spend their time in products and factorisations of matrices, take as long as
without them, and compilation half as long (`python -m benchmarks.compiling`).
"""


def program(function: Callable[..., Any], **options: Any) -> Any:
    """`jax.jit` of a function that is called from Python, not from another program."""
    return jax.jit(function, compiler_options=dict(_known(jax.default_backend())), **options)


@cache
def _known(backend: str) -> Mapping[str, Any]:
    """The options that the installed XLA has; they are none of its stable interface."""
    if backend != "cpu" or _accepted(QUICK):
        return QUICK if backend == "cpu" else {}
    return {key: value for key, value in QUICK.items() if _accepted({key: value})}


def _accepted(options: Mapping[str, Any]) -> bool:
    try:
        jax.jit(jnp.negative, compiler_options=dict(options)).lower(0.0).compile()
    except jax.errors.JaxRuntimeError:
        return False
    return True
