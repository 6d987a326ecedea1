"""From a method as a plan names it to what carries it out."""

from typing import assert_never

import numpy as np

from pdedsl.planning import plan
from pdedsl.planning.cost import Cost
from pdedsl.solver.anagram import Anagram
from pdedsl.solver.baselines import Bfgs, GradientDescent, Optax
from pdedsl.solver.cutoff import schedule
from pdedsl.solver.method import Method

EPS = float(np.finfo(float).eps)


def choose(method: plan.Method, columns: int, needed: Cost | None = None) -> Method:
    """The method for a system of `columns` parameters, which may be `needed` to do with products alone."""
    match method:
        case plan.Anagram():
            assert method.corrections is not None
            names = ("rows", "factor", "corrections", "rank", "momentum", "sketch", "directions")
            same = {name: getattr(method, name) for name in names}
            if needed is not None and needed.krylov is not None:
                same["factor"] = "krylov"
            return Anagram(schedule(method.cutoff), **same)
        case plan.Engd():
            # Least squares on the Gram matrix drop its eigenvalues below eps P, the squares of singular values.
            return Anagram(schedule(plan.Relative((EPS * columns) ** 0.5)), factor="gram", corrections=0)
        case plan.Adam():
            return Optax("adam", rate=method.rate)
        case plan.Lbfgs():
            return Optax("lbfgs", memory=method.memory)
        case plan.Bfgs():
            return Bfgs()
        case plan.GradientDescent():
            return GradientDescent()
        case _:
            assert_never(method)
