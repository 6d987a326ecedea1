"""Where an expression may stand, and what has a meaning there, as one table."""

from collections.abc import Mapping
from dataclasses import dataclass

from pdedsl.vocabulary.tensor import Tensor


@dataclass(frozen=True)
class Place:
    """Where an expression stands and what has a meaning there."""

    words: str
    fields: bool = True
    coordinates: bool = True
    boundary: bool = False
    integrals: bool = False
    swept: bool = True
    """Swept parameters; where coordinates have a meaning they have one, too."""
    unknowns: bool = True
    """Unknown numbers."""
    jumps: bool = False
    extremes: bool = False


PLACES: Mapping[str, Place] = {
    "integral": Place("an integral"),
    "integral on a boundary": Place("an integral over the boundary", boundary=True),
    "shape": Place("a shape", fields=False, coordinates=False, unknowns=False),
    "level": Place("the level of a shape", fields=False, unknowns=False),
    "point": Place("a point", fields=False, coordinates=False, unknowns=False),
    "equation": Place("an equation", integrals=True),
    "boundary": Place("a boundary condition", boundary=True, integrals=True),
    "interface": Place("an interface condition", boundary=True, integrals=True, jumps=True),
    "jump": Place("a jump", boundary=True),
    "initial": Place("an initial condition", integrals=True),
    "constraint": Place("a constraint", integrals=True),
    "report": Place("a report", integrals=True, extremes=True),
    "data": Place("measured data", integrals=True),
    "exact": Place("an exact solution", fields=False),
    "on": Place("the place of a condition", fields=False),
    "part": Place("a part", fields=False),
    "param": Place("a parameter", fields=False, coordinates=False, swept=False, unknowns=False),
    "bounds": Place("bounds", fields=False, coordinates=False, swept=False, unknowns=False),
    "deviation": Place("a noise", fields=False, coordinates=False, swept=False, unknowns=False),
    "interval": Place("an interval", fields=False, coordinates=False),
    "weight": Place("a weight", fields=False, coordinates=False, swept=False, unknowns=False),
    "index": Place("an index", fields=False, coordinates=False, swept=False, unknowns=False),
}

Locals = Mapping[str, Tensor]
"""What names of a moment are worth: the arguments of a `let`, the index of a sum."""
