"""From a solution to what pictures of it show: fields and errors along lines and over planes of the domain."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sympy as sp
import xarray as xr

from pdedsl.analysis.family import Family
from pdedsl.analysis.uncertainty import Identified
from pdedsl.geometry.points import inside, inside_shape, random
from pdedsl.numerics.truth import Truth
from pdedsl.pictures.grid import FINE, Values, centre, exact_name, on_grid, over, units
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Field
from pdedsl.solver.record import Record

THINNEST = 50.0
"""What is longer than so many times its width is not drawn to scale."""

Plane = tuple[tuple[str, ...], dict[str, float]]
"""Two coordinates, and the place of the others that a field depends on."""


@dataclass(frozen=True)
class Scene:
    """What a picture is made from."""

    problem: Problem
    values: Values
    history: Sequence[Record] = ()
    errors: Mapping[str, float] | None = None
    known: tuple[Truth, ...] = ()
    """Exact solutions and references."""
    points: Mapping[str, np.ndarray] | None = None
    """The points of each statement at the end of the run."""
    defect: Values | None = None
    """The estimated errors of all fields, for those of which nothing is known."""
    band: Values | None = None
    """The standard deviations of all fields, where data leave them unknown."""
    identified: Identified | None = None
    """What data say of unknowns."""
    families: Sequence[Family] = ()
    """Errors over swept parameters."""
    compile_seconds: float = 0.0
    """What of the seconds of its history was compilation, before the first step."""
    stated: Callable[[Mapping[str, float] | None], Problem] | None = None
    """The problem for some values of swept parameters, or for all of them: ends of its intervals may depend on these."""

    def of(self, **parameters: float) -> "Scene":
        """The same for some values of swept parameters."""
        return self if self.stated is None else replace(self, problem=self.stated(parameters))

    @cached_property
    def data(self) -> xr.Dataset:
        """Fields, their standard deviations and laws where data tell them: `u_std`, `D(u_of_D)`, `D_std`."""
        found = on_grid(self.problem, self.values)
        if self.band is not None:
            known = on_grid(self.problem, self.band)
            for name in [n for n, own in known.data_vars.items() if own.attrs["origin"] == "solution"]:
                about = {**known[name].attrs, "long_name": f"standard deviation of {name}", "origin": "band"}
                found[f"{name}_std"] = known[name].assign_attrs(about)
        for own in self.identified.curves if self.identified else ():
            axis = f"{own.argument}_of_{own.name}"
            found = found.assign_coords({axis: own.at})
            found[own.name] = (
                axis,
                own.values,
                {"long_name": f"{own.name}({own.argument})", "units": "1", "origin": "law"},
            )
            if own.deviations is not None:
                about = {"long_name": f"standard deviation of {own.name}", "units": "1", "origin": "band"}
                found[f"{own.name}_std"] = (axis, own.deviations, about)
        return found

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.problem.coordinates]

    @cached_property
    def ends(self) -> dict[str, tuple[float, float]]:
        return dict(zip(self.names, self.problem.bounds, strict=True))

    @cached_property
    def _cut(self) -> Callable[..., dict[str, xr.DataArray]]:
        """`_over` for the solution, each cut made once."""
        return lru_cache(maxsize=None)(lambda free, place: self._over(self.values, free, dict(place)))

    def over(self, *free: str, **at: float) -> dict[str, xr.DataArray]:
        """Fields and exact solutions along one coordinate or over two, the others at a place or in the middle."""
        return self._cut(free, tuple(sorted(at.items())))

    def _over(self, values: Values, free: Sequence[str], at: Mapping[str, float]) -> dict[str, xr.DataArray]:
        ends = self.ends
        if self.stated is not None and {c.name for c in self.problem.domain.swept} & set(free):
            ends = dict(zip(self.names, self.stated(None).bounds, strict=True))  # as wide as they ever come
        axes = {n: np.linspace(*ends[n], FINE) for n in free}
        found = over(self.problem, values, axes, at)
        return {n: v.assign_coords({d: axes[str(d)] for d in v.dims}) for n, v in found.items()}

    def error(self, name: str, *free: str, **at: float) -> xr.DataArray:
        """The size of the error of a field: against its exact solution, or else as it is estimated."""
        if name in dict(self.problem.exact):
            found = self.over(*free, **at)
            return abs(found[name] - found[exact_name(self.problem, name)])
        assert self.defect
        return abs(self._over(self.defect, free, at)[name])

    def deviation(self, name: str, *free: str) -> xr.DataArray:
        """What data leave unknown of a field along one coordinate."""
        assert self.band
        return self._over(self.band, free, {})[name]

    def against(self, name: str) -> str:
        return f"|{name} - exact|" if name in dict(self.problem.exact) else f"estimated |error of {name}|"

    def label(self, name: Any) -> str:
        """A coordinate or field with its unit, if the title states one."""
        unit = units(self.problem).get(str(name))
        return f"{name} [{unit}]" if unit else str(name)

    def own(self, unknown: Field) -> list[str]:
        """The coordinates that a field depends on."""
        return [s.name for s in unknown.arguments]

    @cached_property
    def last(self) -> dict[str, float]:
        """The end of time, where there is a time."""
        time = self.problem.time
        return {} if time is None else {time.name: self.ends[time.name][1]}

    def planes(self, unknown: Field) -> list[Plane]:
        """The planes on which a field is shown: two coordinates, and the place of others. Empty for a field of one."""
        names, time = self.own(unknown), self.problem.time
        timely = time is not None and time.name in names
        place = self._middle
        match len(names):
            case 0 | 1:
                return []
            case 2:
                return [(tuple(names), {})]
            case 3 if timely:
                first, last = self.ends[names[2]]
                return [(tuple(names[:2]), {names[2]: t}) for t in (first, (first + last) / 2, last)]
            case 3:
                return [
                    ((a, b), {c: place[c]})
                    for a, b, c in (names, (names[0], names[2], names[1]), (*names[1:], names[0]))
                ]
            case 4 if timely:
                x, y, z, _ = names
                return [((a, b), {c: place[c], **self.last}) for a, b, c in ((x, y, z), (x, z, y), (y, z, x))]
        return [(tuple(names[:2]), {n: self.last.get(n, place[n]) for n in names[2:]})]

    @cached_property
    def _middle(self) -> dict[str, float]:
        """Where planes lie: in the middle of each coordinate, if the domain has points there, as a hollow ball has."""
        place, domain = centre(self.problem), self.problem.domain
        points = inside(domain, sp.true, 512, random(np.random.default_rng(0)))
        swept = {c.name for c in domain.swept}
        for name, (low, high) in ((n, ends) for n, ends in self.ends.items() if n not in swept):
            moved, middle = points.copy(), (low + high) / 2
            moved[:, self.names.index(name)] = middle
            if inside_shape(domain, moved).mean() > 0.25:
                place[name] = middle
        return place

    def upright(self, field: xr.DataArray) -> xr.DataArray:
        """A field over two coordinates as an image: the first one to the right, but time always to the right."""
        time = self.problem.time
        return field if time is not None and field.dims[1] == time.name else field.T

    def flat(self, free: Sequence[str]) -> bool:
        """Whether two coordinates are a plane in space, of proportions that a picture can have."""
        others = set(self.last) | {c.name for c in self.problem.domain.swept}
        return not set(free) & others and 1 / THINNEST < self.proportion(free) < THINNEST

    def proportion(self, free: Sequence[str]) -> float:
        """The second of two lengths over the first."""
        first, second = (self.ends[n][1] - self.ends[n][0] for n in free)
        return second / first

    @property
    def sides(self) -> tuple[int, int]:
        """Which coordinates of points run to the right and upwards: the first two, but time always to the right."""
        return (1, 0) if len(self.names) == 2 and self.names[1] in self.last else (0, 1)
