"""Write a partial differential equation as text, get its solution, trust it.

The public names are loaded when they are first used, so that the checker never waits for JAX.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pdedsl.faces.solution import Solution
    from pdedsl.faces.solve import open_run as open
    from pdedsl.faces.solve import resume, solve
    from pdedsl.language.build import boundary, equation, initial, problem
    from pdedsl.language.load import load, loads
    from pdedsl.language.problem import Condition, Coordinate, Equation, Field, Parameter, Problem
    from pdedsl.language.source import Diagnostic, SpecError
    from pdedsl.numerics.lower import residuals
    from pdedsl.numerics.network import add_activation

_HOMES = {
    "load": "pdedsl.language.load",
    "loads": "pdedsl.language.load",
    "Problem": "pdedsl.language.problem",
    "Coordinate": "pdedsl.language.problem",
    "Parameter": "pdedsl.language.problem",
    "Field": "pdedsl.language.problem",
    "Equation": "pdedsl.language.problem",
    "Condition": "pdedsl.language.problem",
    "problem": "pdedsl.language.build",
    "equation": "pdedsl.language.build",
    "boundary": "pdedsl.language.build",
    "initial": "pdedsl.language.build",
    "Diagnostic": "pdedsl.language.source",
    "SpecError": "pdedsl.language.source",
    "residuals": "pdedsl.numerics.lower",
    "add_activation": "pdedsl.numerics.network",
    "Solution": "pdedsl.faces.solution",
    "solve": "pdedsl.faces.solve",
    "resume": "pdedsl.faces.solve",
    "open": "pdedsl.faces.solve:open_run",
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
