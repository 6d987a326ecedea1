"""What a run says at a point without its text: fields and their errors as sums, by numbers alone.

A run in polynomials on a box keeps it beside its solution, so that asking for a value imports neither JAX nor SymPy.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pdedsl.runs.sealed import summary, whole
from pdedsl.spaces.sums import Sum, summed

ANSWER = "answer.npz"
READ = ("spec.pde", "settings.txt", "network.npz", ANSWER)
"""The files of a run that are to be what it wrote."""


@dataclass(frozen=True, eq=False)
class Answered:
    """A field on pieces of time, or of another coordinate, and how far it is off."""

    name: str
    columns: tuple[int, ...]
    """Of points, that hold the arguments of its sums."""
    axis: int
    ends: np.ndarray
    """Where a piece ends and the next one begins along that column, shape (pieces - 1,)."""
    values: tuple[Sum, ...]
    errors: tuple[Sum, ...]
    least: float
    """What the error is at least, anywhere."""


@dataclass(frozen=True, eq=False)
class Answer:
    """All fields at points of a box, as arrays by name."""

    arrays: Mapping[str, np.ndarray]

    @property
    def names(self) -> list[str]:
        """The coordinates, in the order of the columns of points."""
        return self.arrays["names"].tolist()

    def at(self, place: Mapping[str, float]) -> list[tuple[str, float, float]]:
        """Each field with its value and its error at a place; nothing for one that it does not know, or outside of the box.

        Raises KeyError and ValueError where arrays are not those of an answer.
        """
        if sorted(place) != sorted(self.names):
            return []
        point = np.asarray([place[name] for name in self.names])
        lower, upper = (self.arrays["moving ends"] @ np.append(1.0, point)).T
        where = self.arrays["moving"]
        point[where] = (point[where] - lower) / (upper - lower)
        low, high = self.arrays["bounds"].T
        if not ((low <= point) & (point <= high)).all():
            return []
        found = []
        for k, name in enumerate(self.arrays["fields"].tolist()):
            columns, axis, ends = (self.arrays[f"{what} {k}"] for what in ("columns", "axis", "ends"))
            piece = int(np.searchsorted(ends, point[axis], side="left"))
            own, off = (self._sum(f"{what} {k} {piece} ") for what in ("value", "error"))
            operands, orders = point[columns].tolist(), (0,) * len(columns)
            least = float(self.arrays[f"least {k}"])
            found.append((name, float(own(operands, orders)), max(abs(float(off(operands, orders))), least)))
        return found

    def _sum(self, prefix: str) -> Sum:
        return summed({key.removeprefix(prefix): self.arrays[key] for key in self.arrays if key.startswith(prefix)})


def arrays(
    names: list[str], bounds: np.ndarray, fields: list[Answered], places: Sequence[int], ends: np.ndarray
) -> dict[str, np.ndarray]:
    """All of an answer as arrays by name; `names` and `bounds`, shape (d, 2), are those of the columns of points.

    Columns at `places` run from 0 to 1 between `ends` that parameters move: a number and one for each column, which make the lower and
    the upper one, shape (number of places, 2, 1 + d).
    """
    found = {"names": np.asarray(names), "bounds": bounds, "fields": np.asarray([own.name for own in fields])}
    found |= {"moving": np.asarray(places, int), "moving ends": ends}
    for k, own in enumerate(fields):
        found |= {f"columns {k}": np.asarray(own.columns), f"axis {k}": np.asarray(own.axis), f"ends {k}": own.ends}
        found |= {f"least {k}": np.asarray(own.least)}
        for piece, pair in enumerate(zip(own.values, own.errors, strict=True)):
            for what, one in zip(("value", "error"), pair, strict=True):
                found |= {f"{what} {k} {piece} {key}": array for key, array in one.arrays.items()}
    return found


def opened(folder: Path) -> Answer:
    """The answer that a run keeps. Raises OSError and ValueError where it keeps none, or a file is not what the run wrote."""
    if summary(folder)["status"] == "running":
        raise ValueError(f"{folder} has not ended")
    *_, held = (whole(folder, name) for name in READ)
    return Answer(np.load(io.BytesIO(held), allow_pickle=False))
