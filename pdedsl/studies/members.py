"""From a family of problems to some of its members, each solved by itself: how far the family is from these."""

from collections.abc import Callable, Mapping

import numpy as np
import sympy as sp

from pdedsl.analysis.family import POINTS, Family
from pdedsl.geometry.points import inside, random
from pdedsl.numerics.polynomials import many
from pdedsl.problem.problem import Problem
from pdedsl.runs.run import solve
from pdedsl.runs.solution import Solution

_SEED = 20_260_101


def members(
    solution: Solution,
    at: Callable[[Mapping[str, float]], Problem],
    count: int,
    time_limit: float | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> tuple[Family, ...]:
    """The error of each field against that of `count` members, solved one after another by themselves. ValueError where none is swept.

    `at` makes the problem of one from the values of the parameters, which are spread over their intervals; none of the family's
    own points has these. Relative to the variation of each.
    """
    problem, domain = solution.solved.problem, solution.solved.problem.domain
    swept = [k for k, c in enumerate(domain.coordinates) if c.kind == "parameter"]
    if not swept:
        raise ValueError("no parameter is swept: there is one problem, and no other")
    generator = np.random.default_rng(_SEED)
    unit = (np.arange(count)[:, None] + generator.random((count, 1))) / count
    if len(swept) > 1:
        unit = generator.random((count, len(swept)))
    own = np.stack([domain.line(k, column) for k, column in zip(swept, unit.T, strict=True)], axis=1)
    points, found, before = inside(domain, sp.true, POINTS, random(generator)), list[np.ndarray](), None
    family, choices = many(solution.solved.u), {} if time_limit is None else {"time_limit": time_limit}
    for values in own:
        named = {problem.names[k]: float(value) for k, value in zip(swept, values, strict=True)}
        before = solve(at(named), start=before, stopping=stopping, **choices)  # pyright: ignore[reportArgumentType]
        if before.status == "interrupted":
            break
        points[:, swept] = values
        truth = many(before.solved.u)(np.delete(points, swept, axis=1))
        gap = family(points)[:, : truth.shape[1]] - truth
        size = np.std(truth, axis=0)
        found.append(np.sqrt(np.mean(gap**2, axis=0)) / np.where(size > 0, size, 1.0))
    errors = np.asarray(found).reshape(len(found), -1)
    named = {problem.names[k]: own[: len(found), place] for place, k in enumerate(swept)}
    return tuple(
        Family(f.name, named, errors[:, k], f"against {len(found)} single solves")
        for k, f in enumerate(problem.fields)
        if len(found)
    )
