"""From a function for JAX to a compiled program, of which the compilation takes no longer than it is worth."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.extend.core import ClosedJaxpr, jaxpr_as_fun
from jax.sharding import Sharding

QUICK: Mapping[str, Any] = {
    "xla_llvm_disable_expensive_passes": True,
    "xla_backend_optimization_level": 1,
    "xla_cpu_use_fusion_emitters": False,
}
"""Options of XLA for processors: compilation is a tenth to two fifths shorter than without them, and steps, which spend their time
in products and factorisations of matrices, take as long (`python -m benchmarks.compiling`).
"""


def program(function: Callable[..., Any], **options: Any) -> Any:
    """`jax.jit` of a function that is called from Python, not from another program."""
    return jax.jit(function, compiler_options=_known(), **options)


def compiled(function: Callable[..., Any], *arguments: Any, everywhere: Sharding | None = None) -> Callable[..., Any]:
    """A function for JAX as a program for arguments of these shapes; `everywhere` is where its results lie, if not here.

    The numbers that it closes over are arguments of what is compiled: functions that differ by these alone, such as those of a
    spec with other values of its parameters, are one program in JAX's cache.
    """
    applied, numbers, form = opened(function, *arguments)
    options: dict[str, Any] = {}
    if everywhere is not None:
        numbers, options = put(numbers, everywhere), {"out_shardings": everywhere}
    made = program(applied, **options).lower(numbers, jax.tree.leaves(arguments)).compile()
    return lambda *own: jax.tree.unflatten(form, made(numbers, jax.tree.leaves(own)))


def opened(function: Callable[..., Any], *arguments: Any) -> tuple[Callable[..., list[Array]], list[Array], Any]:
    """A function of the numbers that a function closes over and of the leaves of its arguments; those numbers; and the form of
    what it gives.
    """
    closed, shape = jax.make_jaxpr(function, return_shape=True)(*arguments)
    moving = [jnp.issubdtype(c.dtype, jnp.inexact) for c in closed.consts]

    def applied(numbers: Sequence[Array], leaves: Sequence[Array]) -> list[Array]:
        given = iter(numbers)
        consts = [next(given) if own else c for c, own in zip(closed.consts, moving, strict=True)]
        return jaxpr_as_fun(ClosedJaxpr(closed.jaxpr, consts))(*leaves)

    return applied, [c for c, own in zip(closed.consts, moving, strict=True) if own], jax.tree.structure(shape)


def put(tree: Any, where: Sharding) -> Any:
    """Arrays, equal in all processes, as they are to lie on the devices of all."""

    def one(leaf: Any) -> Array:
        own = np.asarray(leaf)
        return jax.make_array_from_callback(own.shape, where, lambda index: own[index])

    return jax.tree.map(one, tree)


def _known() -> dict[str, Any]:
    """The options that the installed XLA has; they are none of its stable interface."""
    if jax.default_backend() != "cpu":
        return {}
    options = tuple(QUICK.items())
    return dict(options if _accepted(options) else (own for own in options if _accepted((own,))))


@cache
def _accepted(options: tuple[tuple[str, Any], ...]) -> bool:
    try:
        jax.jit(jnp.negative, compiler_options=dict(options)).lower(0.0).compile()
    except jax.errors.JaxRuntimeError:
        return False
    return True
