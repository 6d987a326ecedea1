"""From a family of problems to some of its members, each solved by itself: how far the family is from these."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy as sp

from pdedsl.analysis.family import POINTS, Family, drawn, relative
from pdedsl.geometry.points import inside, random
from pdedsl.problem.moving import to_fixed, to_stated
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
    places = drawn(domain, unit if len(swept) == 1 else generator.random((count, len(swept))))
    truths, gaps, before = [], [], None
    choices: dict[str, Any] = {} if time_limit is None else {"time_limit": time_limit}
    for values in places:
        named = {problem.names[k]: float(value) for k, value in zip(swept, values, strict=True)}
        before = solve(at(named), start=before, stopping=stopping, **choices)
        if before.status == "interrupted":
            break
        points = inside(domain, sp.true, POINTS, random(generator), values)
        own, alone = solution.solved, before.solved
        there = np.delete(to_stated(problem, own.values, points), swept, axis=1)
        truths.append(alone.values(to_fixed(alone.problem, alone.values, there)))
        gaps.append(own.values(points)[:, : truths[-1].shape[1]] - truths[-1])
    if not truths:
        return ()
    named = {problem.names[k]: places[: len(truths), place] for place, k in enumerate(swept)}
    truth, gap = np.stack(truths), np.stack(gaps)
    return tuple(
        Family(f.name, named, relative(gap[..., k], truth[..., k]), f"against {len(truths)} single solves")
        for k, f in enumerate(problem.fields)
    )
