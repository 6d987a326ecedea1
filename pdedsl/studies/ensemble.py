"""From several solutions of one problem to their mean and how far they agree."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from pdedsl.pictures.grid import as_netcdf
from pdedsl.runs.files import write
from pdedsl.runs.solution import Solution


def together(members: Sequence[Solution]) -> xr.Dataset:
    """Mean and spread (standard deviation over the members, `u_spread`) of every field on the grid of the first."""
    data = [member.dataset() for member in members]
    fields = [name for name, values in data[0].data_vars.items() if values.attrs["origin"] == "solution"]
    found = data[0].copy()
    for name in fields:
        stacked = xr.concat([d[name] for d in data], "member")
        found[name] = stacked.mean("member").assign_attrs(data[0][name].attrs)
        words = {
            "long_name": f"standard deviation of {name} over {len(members)} members",
            "units": data[0][name].attrs["units"],
        }
        found[f"{name}_spread"] = stacked.std("member", ddof=1).assign_attrs(words | {"origin": "spread"})
    return found


def disagreement(found: xr.Dataset) -> dict[str, float]:
    """The spread of each field relative to the field, both root mean squares over the grid."""
    names = [str(n).removesuffix("_spread") for n, v in found.data_vars.items() if v.attrs["origin"] == "spread"]

    def size(name: str) -> float:
        return float(np.sqrt(np.nanmean(found[name] ** 2)))

    return {n: size(f"{n}_spread") / (size(n) or 1.0) for n in names}


MEMBERS = "ensemble.json"
"""In the folder of an ensemble: its seeds. Each has a run folder of its own below it."""


def begin(folder: Path, seeds: Sequence[int]) -> None:
    """Note which runs an ensemble has, so that it can go on where it was stopped."""
    write(folder / MEMBERS, json.dumps({"seeds": list(seeds)}).encode())


def members(folder: Path) -> dict[int, Path]:
    """The folder of each seed of an ensemble; empty if it is none. ValueError if that cannot be read."""
    path = folder / MEMBERS
    if not path.exists():
        return {}
    try:
        seeds = json.loads(path.read_text(encoding="utf-8"))["seeds"]
        return {int(seed): folder / f"seed-{int(seed)}" for seed in seeds}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} does not name the runs of an ensemble") from error


def describe(solutions: Sequence[Solution], found: xr.Dataset) -> list[str]:
    """A line a member, and how far they agree."""
    lines = []
    for solution in solutions:
        errors = "".join(f", error of {name} {error:.1e}" for name, error in solution.errors.items())
        guessed = "".join(f", estimate for {e.field} {e.relative:.0e}" for e in solution.estimates)
        steps = f"{solution.status} after {len(solution.history)} steps"
        numbers = "".join(f", {own.name} = {own.value:.6g}" for own in solution.unknowns.values())
        lines.append(f"seed {solution.plan.seed}: {steps}{numbers}{errors}{guessed}")
    words = ", ".join(f"{name} {value:.1e}" for name, value in disagreement(found).items())
    for name, own in (solutions[0].unknowns if len(solutions) > 2 else {}).items():
        drawn = np.asarray([s.unknowns[name].value for s in solutions[1:]])
        by = f"{drawn.std(ddof=1):.1e} over {len(drawn)} draws of the noise, {own.error:.1e} by the first"
        lines.append(f"standard error of {name}: {by}; their mean is {drawn.mean():.6g}")
    return [*lines, f"spread over {len(solutions)} seeds, relative to the field: {words}"]


def save(found: xr.Dataset, folder: Path) -> Path:
    """Write the mean and the spread as `ensemble.nc`."""
    write(folder / "ensemble.nc", as_netcdf(found))
    return folder / "ensemble.nc"
