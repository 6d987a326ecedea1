"""From a solution to its values on a grid of the domain, as a dataset after the CF conventions."""

from collections.abc import Callable
from importlib.metadata import version

import numpy as np
import xarray as xr

from pdedsl.language import geometry
from pdedsl.language.evaluate import evaluate
from pdedsl.language.problem import Problem

Values = Callable[[np.ndarray], np.ndarray]
"""Points of shape (N, d) to the values of all fields, shape (N, n)."""

SIZES = {1: 801, 2: 201, 3: 49}
"""Grid points along each coordinate, by the number of coordinates."""
MANY = 201
"""The same along a line or a plane through the middle of a domain of more coordinates."""


def on_grid(problem: Problem, values: Values) -> xr.Dataset:
    """The fields on a regular grid, exact solutions beside them, NaN outside the domain.

    In more than three coordinates: `u_along_x`, on the line along x through the middle of the domain, for each coordinate,
    and `u_on_plane`, on the plane of the first two.
    """
    names = [c.name for c in problem.coordinates]
    d = len(names)
    axes = {n: np.linspace(*bounds, SIZES.get(d, MANY)) for n, bounds in zip(names, problem.bounds, strict=True)}
    found: dict[str, tuple[list[str], np.ndarray]] = {}
    if d in SIZES:
        found |= {name: (names, v) for name, v in _fields(problem, values, axes).items()}
    else:
        for name in names:
            line = _fields(problem, values, {name: axes[name]})
            found |= {f"{f}_along_{name}": ([name], v) for f, v in line.items()}
        plane = {n: axes[n] for n in names[:2]}
        found |= {f"{f}_on_plane": (names[:2], v) for f, v in _fields(problem, values, plane).items()}
    return _described(problem, xr.Dataset(found, coords=axes))


def _fields(problem: Problem, values: Values, axes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Fields and exact solutions over some axes, the other coordinates at their middle."""
    mesh = dict(zip(axes, np.meshgrid(*axes.values(), indexing="ij"), strict=True))
    shape = tuple(len(axis) for axis in axes.values())
    middle = {c.name: (low + high) / 2 for c, (low, high) in zip(problem.coordinates, problem.bounds, strict=True)}
    points = np.stack([np.broadcast_to(mesh.get(n, m), shape).reshape(-1) for n, m in middle.items()], axis=1)
    inside = geometry.within(problem, points)
    found = np.where(inside[:, None], values(points), np.nan)
    result = {f.name: found[:, place].reshape(shape) for place, f in enumerate(problem.fields)}
    known = {**problem.values, **dict(zip(problem.symbols, points.T, strict=True))}
    for name, expression in problem.exact:
        exact = np.where(inside, np.asarray(evaluate(expression, known), float), np.nan)
        result[f"{name}_exact"] = exact.reshape(shape)
    return result


def _described(problem: Problem, data: xr.Dataset) -> xr.Dataset:
    """With the attributes of the CF conventions; specs have no units, so all is dimensionless."""
    data.attrs = {
        "Conventions": "CF-1.11",
        "title": problem.title or "solution",
        "source": f"pdedsl {version('pdedsl')}: a neural network trained by natural gradient",
    }
    letters = iter("XYZ" if len(problem.space) <= 3 else "")
    for coordinate in problem.coordinates:
        axis = "T" if coordinate.kind == "time" else next(letters, "")
        words = "time" if coordinate.kind == "time" else f"coordinate {coordinate.name}"
        data[coordinate.name].attrs = {"long_name": words, "units": "1"} | ({"axis": axis} if axis else {})
    for name, variable in data.data_vars.items():
        field, _, rest = str(name).partition("_exact")
        exact = str(name).endswith("_exact") or "_exact_" in str(name)
        variable.attrs = {"long_name": f"{field}{rest}, exact solution" if exact else str(name), "units": "1"}
    return data
