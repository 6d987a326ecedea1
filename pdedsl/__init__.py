"""Write a partial differential equation as text, get its solution, trust it.

The public names are loaded when they are first used, so that the checker never waits for JAX.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pdedsl.numerics.lower import residuals
    from pdedsl.numerics.network import add_activation
    from pdedsl.problem.problem import Condition, Coordinate, Equation, Field, Parameter, Problem
    from pdedsl.runs.run import open_run as open
    from pdedsl.runs.run import resume, solve
    from pdedsl.runs.solution import Solution
    from pdedsl.stages.compose import boundary, equation, initial, problem
    from pdedsl.stages.load import load, loads
    from pdedsl.vocabulary.source import Diagnostic, SpecError

_HOMES = {
    "load": "pdedsl.stages.load",
    "loads": "pdedsl.stages.load",
    "Problem": "pdedsl.problem.problem",
    "Coordinate": "pdedsl.problem.problem",
    "Parameter": "pdedsl.problem.problem",
    "Field": "pdedsl.problem.problem",
    "Equation": "pdedsl.problem.problem",
    "Condition": "pdedsl.problem.problem",
    "problem": "pdedsl.stages.compose",
    "equation": "pdedsl.stages.compose",
    "boundary": "pdedsl.stages.compose",
    "initial": "pdedsl.stages.compose",
    "Diagnostic": "pdedsl.vocabulary.source",
    "SpecError": "pdedsl.vocabulary.source",
    "residuals": "pdedsl.numerics.lower",
    "add_activation": "pdedsl.numerics.network",
    "Solution": "pdedsl.runs.solution",
    "solve": "pdedsl.runs.run",
    "resume": "pdedsl.runs.run",
    "open": "pdedsl.runs.run:open_run",
}

__all__ = [
    "Condition",
    "Coordinate",
    "Diagnostic",
    "Equation",
    "Field",
    "Parameter",
    "Problem",
    "Solution",
    "SpecError",
    "add_activation",
    "boundary",
    "equation",
    "initial",
    "load",
    "loads",
    "open",
    "problem",
    "residuals",
    "resume",
    "solve",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'pdedsl' has no attribute {name!r}")
    home, _, attribute = _HOMES[name].partition(":")
    return getattr(import_module(home), attribute or name)


def __dir__() -> list[str]:
    return sorted(__all__)
