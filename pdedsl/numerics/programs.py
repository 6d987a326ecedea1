"""From a function for JAX to a compiled program, of which the compilation takes no longer than it is worth."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.extend.core import ClosedJaxpr, jaxpr_as_fun

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


def compiled(function: Callable[..., Any], *arguments: Any) -> Callable[..., Any]:
    """A function for JAX as a program for arguments of these shapes.

    The numbers that it closes over are arguments of what is compiled, and that is kept: functions of the same form, such as those
    of a spec with other values of its parameters, share it.
    """
    closed, shape = jax.make_jaxpr(function, return_shape=True)(*arguments)
    numbers = [jnp.issubdtype(c.dtype, jnp.inexact) for c in closed.consts]
    moving = [c for c, own in zip(closed.consts, numbers, strict=True) if own]
    rest = [c for c, own in zip(closed.consts, numbers, strict=True) if not own]

    def applied(moving: Sequence[Array], leaves: Sequence[Array]) -> list[Array]:
        given, others = iter(moving), iter(rest)
        consts = [next(given) if own else next(others) for own in numbers]
        return jaxpr_as_fun(ClosedJaxpr(closed.jaxpr, consts))(*leaves)

    def made() -> Any:
        return program(applied).lower(moving, jax.tree.leaves(arguments)).compile()

    found = _held((str(closed.jaxpr), *(np.asarray(c).tobytes() for c in rest)), made)
    form = jax.tree.structure(shape)
    return lambda *own: jax.tree.unflatten(form, found(moving, jax.tree.leaves(own)))


HELD = 8
"""Programs that are kept in a process."""
_PROGRAMS: dict[Any, Any] = {}


def _held(key: Any, made: Callable[[], Any]) -> Any:
    """What was made for a key before, or is made now; the oldest goes first."""
    found = _PROGRAMS.pop(key, None)
    _PROGRAMS[key] = made() if found is None else found
    while len(_PROGRAMS) > HELD:
        del _PROGRAMS[next(iter(_PROGRAMS))]
    return _PROGRAMS[key]


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
