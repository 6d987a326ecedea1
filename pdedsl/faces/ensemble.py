"""From several solutions of one problem to their mean and how far they agree."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from pdedsl.faces.folder import write_with
from pdedsl.faces.solution import Solution


def together(members: Sequence[Solution]) -> xr.Dataset:
    """Mean and spread (standard deviation over the members, `u_spread`) of every field on the grid of the first."""
    data = [member.dataset() for member in members]
    fields = [name for name in data[0].data_vars if "_exact" not in str(name)]
    found = data[0].copy()
    for name in fields:
        stacked = xr.concat([d[name] for d in data], "member")
        found[name] = stacked.mean("member").assign_attrs(data[0][name].attrs)
        words = {"long_name": f"standard deviation of {name} over {len(members)} members", "units": "1"}
        found[f"{name}_spread"] = stacked.std("member", ddof=1).assign_attrs(words)
    return found


def disagreement(found: xr.Dataset) -> dict[str, float]:
    """The spread of each field relative to the field, both root mean squares over the grid."""
    names = [str(n).removesuffix("_spread") for n in found.data_vars if str(n).endswith("_spread")]

    def size(name: str) -> float:
        return float(np.sqrt(np.nanmean(found[name] ** 2)))

    return {n: size(f"{n}_spread") / (size(n) or 1.0) for n in names}


def save(found: xr.Dataset, folder: Path) -> Path:
    """Write the mean and the spread as `ensemble.nc`."""
    write_with(folder / "ensemble.nc", lambda temporary: found.to_netcdf(temporary, engine="h5netcdf"))
    return folder / "ensemble.nc"
