"""From the runs of a sweep to a table, a LaTeX table, one file of all solutions, and a figure."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from pdedsl.numerics.quantities import Quantity
from pdedsl.pictures.grid import as_netcdf
from pdedsl.pictures.panels import INK
from pdedsl.pictures.plot import as_png
from pdedsl.problem.domain import logarithmic
from pdedsl.runs.files import write
from pdedsl.studies.sweep import Row
from pdedsl.vocabulary.columns import as_csv
from pdedsl.vocabulary.spoken import place_words

REPORTS, ABREAST = 4, 3
"""Reports that are drawn, at most; panels in a row."""


def ordered(rows: Sequence[Row]) -> list[Row]:
    """By the values of the parameters."""
    return sorted(rows, key=lambda row: (row.member.values, row.member.seed))


def columns(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """A row a run, by column; reports that are numbers, and the least and the greatest value of others."""
    found: dict[str, list[Any]] = {name: [] for name, _ in rows[0].member.values}
    for row in rows:
        told = {
            **dict(row.member.values),
            "seed": row.member.seed,
            **{name: value for own in row.reports for name, value in _numbers(own).items()},
            "error": max(row.errors.values(), default=""),
            "estimate": max(row.estimates.values(), default=""),
            "verdict": row.verdict.word,
            "space": row.space,
            "unknowns": row.unknowns,
            "steps": row.steps,
            "seconds": round(row.seconds, 2),
        }
        for name, value in told.items():
            found.setdefault(name, []).append(value)
    return found


def _numbers(own: Quantity) -> dict[str, float]:
    if own.values.size == 1:
        return {own.name: float(own.values[0])}
    low, high = own.ends or (float(own.values.min()), float(own.values.max()))
    return {f"{own.name}, least": low, f"{own.name}, greatest": high}


def summarised(rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """A head, and a row for each combination of values: medians over the seeds, and the range of errors if there are several."""
    rows = ordered(rows)
    several = any(row.member.seed for row in rows)
    known = all(row.errors for row in rows)
    names = [name for name, _ in rows[0].member.values]
    told = [own.name for own in rows[0].reports if own.values.size == 1][:REPORTS]
    head = [*names, *told, "error" if known else "estimated error", *(["best", "worst"] if several else [])]
    found = []
    for values, own in ((v, list(g)) for v, g in groupby(rows, lambda row: row.member.values)):
        errors = [row.error for row in own]
        shown = [float(np.median(errors)), *([min(errors), max(errors)] if several else [])]
        seconds = float(np.median([row.seconds for row in own]))
        unknowns = int(np.median([row.unknowns for row in own]))
        reports = [f"{_numbers(q)[q.name]:.6g}" for q in own[0].reports if q.name in told]
        cells = [*(f"{v:.6g}" for _, v in values), *reports, *(f"{e:.1e}" for e in shown)]
        found.append([*cells, str(unknowns), f"{seconds:.1f}"])
    return [*head, "unknowns", "seconds"], found


def latex(rows: Sequence[Row]) -> str:
    """The same as a LaTeX table."""
    head, body = summarised(rows)
    names = len(rows[0].member.values)

    def power(cell: str) -> str:
        mantissa, _, exponent = cell.partition("e")
        return f"${mantissa} \\cdot 10^{{{int(exponent)}}}$" if exponent else cell

    titles = [f"$\\mathtt{{{name}}}$".replace("_", r"\_") for name in head[:names]]
    titles += [name.replace("_", r"\_") for name in head[names:]]
    lines = [" & ".join(cells) + r" \\" for cells in (titles, *([power(c) for c in cells] for cells in body))]
    return "\n".join(
        [
            rf"\begin{{tabular}}{{{'r' * len(head)}}}",
            r"\hline",
            lines[0],
            r"\hline",
            *lines[1:],
            r"\hline",
            r"\end{tabular}",
        ]
    )


def dataset(rows: Sequence[Row]) -> xr.Dataset:
    """All solutions, reports and errors over the parameters: these are dimensions where there are all combinations of their
    values, else coordinates of a dimension `member`. Of several seeds the first.

    Fields have to be on one grid: not where ends of the domain depend on the parameters.
    """
    rows = [row for row in ordered(rows) if row.member.seed == 0]
    names = [name for name, _ in rows[0].member.values]
    axes = {name: sorted({dict(row.member.values)[name] for row in rows}) for name in names}
    whole = len(rows) == np.prod([len(own) for own in axes.values()])
    lead: dict[str, Any] = {name: np.asarray(own) for name, own in axes.items()}
    if not whole:
        lead = {name: ("member", [dict(row.member.values)[name] for row in rows]) for name in names}
    dims, shape = (names, [len(own) for own in axes.values()]) if whole else (["member"], [len(rows)])
    found: dict[str, Any] = {}
    first = rows[0].data
    alike = all(row.data.sizes == first.sizes for row in rows) and all(
        np.allclose(row.data[name], first[name], rtol=1e-12, atol=0) for row in rows for name in first.coords
    )
    for name in first.data_vars if alike else ():
        values = np.stack([row.data[name].to_numpy() for row in rows])
        found[str(name)] = ([*dims, *first[name].dims], values.reshape(*shape, *values.shape[1:]), first[name].attrs)

    def told(values: Sequence[float], words: str) -> tuple[Any, ...]:
        return dims, np.reshape(values, shape), {"long_name": words, "units": "1"}

    for name in {name: None for row in rows for own in row.reports for name in _numbers(own)}:
        held = [next((n[name] for q in row.reports if name in (n := _numbers(q))), np.nan) for row in rows]
        found[f"report_{name.replace(', ', '_')}"] = told(held, f"report {name}")
    for name in rows[0].estimates:
        found[f"{name}_estimate"] = told(
            [row.estimates.get(name, np.nan) for row in rows],
            f"estimated error of {name} relative to its variation",
        )
    for name in rows[0].errors:
        found[f"{name}_error"] = told(
            [row.errors.get(name, np.nan) for row in rows],
            f"error of {name} relative to its variation",
        )
    places = {name: (own.dims, own.to_numpy(), own.attrs) for name, own in first.coords.items()} if alike else {}
    return xr.Dataset(found, {**lead, **places})


# ---- its figure ----------------------------------------------------------------------------------------------------------

Panel = Callable[[Axes], None]


def figure(rows: Sequence[Row], title: str) -> Figure:
    """Fields of one coordinate, in colours of the first parameter; reports and errors against it, a line for each combination of
    the others, or a dot for each run.
    """
    rows = ordered(rows)
    panels = list(_panels(rows))
    width = min(ABREAST, len(panels))
    height = -(-len(panels) // width)
    picture = Figure(figsize=(5.2 * width, 4.2 * height + 0.4), layout="constrained")
    axes = picture.subplots(height, width, squeeze=False).reshape(-1)
    for own, panel in zip(axes, panels, strict=False):
        panel(own)
    for own in axes[len(panels) :]:
        own.set_axis_off()
    labels = axes[len(panels) - 1].get_legend_handles_labels()
    if len(labels[1]) > 1:
        picture.legend(*labels, loc="outside lower center", ncols=4, fontsize=9, frameon=False)
    picture.suptitle(title, fontsize=14, parse_math=False)
    return picture


def _panels(rows: Sequence[Row]) -> Iterator[Panel]:
    if len(rows[0].member.values) == 1:
        for name, own in rows[0].data.data_vars.items():
            along = _profile(own)
            if along is not None:
                yield lambda axes, name=str(name), along=along: _profiles(rows, name, along, axes)
    for own in [q for q in rows[0].reports if q.values.size == 1][:REPORTS]:
        yield lambda axes, name=own.name: _against(rows, name, lambda row, name=name: _report(row, name), axes)
    known = all(row.errors for row in rows)
    yield lambda axes: _against(rows, "error" if known else "estimated error", lambda row: row.error, axes, "log")


def _report(row: Row, name: str) -> float:
    return next((float(q.values[0]) for q in row.reports if q.name == name and q.values.size == 1), np.nan)


def _profile(own: xr.DataArray) -> str | None:
    """The coordinate along which a field is drawn: its only one, or that beside the time, of which the end is taken."""
    free = [str(name) for name in own.dims if own[name].attrs.get("axis") != "T"]
    return free[0] if len(free) == 1 else None


def _profiles(rows: Sequence[Row], name: str, along: str, axes: Axes) -> None:
    """A field along its coordinate, a line for each value of the parameter; at the end of time."""
    ((parameter, _),) = rows[0].member.values
    values = np.asarray([row.member.values[0][1] for row in rows])
    ends = float(values.min()), float(values.max())
    norm = LogNorm(*ends) if _by_factors(values) else Normalize(*ends)
    colours, last = colormaps["viridis"], ""
    for row, value in zip(rows, values, strict=True):
        own = row.data[name]
        for time in (d for d in own.dims if d != along):
            last = f" at {time} = {float(own[time][-1]):.3g}"
            own = own.isel({time: -1})
        axes.plot(own[along], own, color=colours(norm(value)), linewidth=1.4)
    axes.set(xlabel=along, title=f"{name}{last}")
    bar = axes.figure.colorbar(ScalarMappable(norm, colours), ax=axes)
    bar.set_label(parameter)


def _against(rows: Sequence[Row], title: str, value: Callable[[Row], float], axes: Axes, scale: str = "linear") -> None:
    """A number of each run against the first parameter."""
    (name, _), *_ = rows[0].member.values
    x = np.asarray([row.member.values[0][1] for row in rows])
    y = np.asarray([value(row) for row in rows])
    others = sorted({row.member.values[1:] for row in rows})
    joined = len(others) * len(np.unique(x)) <= len(rows)
    for colour, rest in zip(INK * len(others), others if joined else (), strict=False):
        own = np.asarray([row.member.values[1:] == rest for row in rows])
        places = np.unique(x[own])
        middle = [float(np.median(y[own & (x == place)])) for place in places]
        label = place_words(dict(rest), 6)
        axes.plot(places, middle, color=colour, linewidth=2, label=label or None)
        axes.plot(x[own], y[own], "o", color=colour, markersize=4, alpha=0.7)
    if not joined:
        axes.plot(x, y, "o", color=INK[0], markersize=5, alpha=0.7)
    axes.set(xlabel=name, title=title, yscale=scale)
    if _by_factors(x):
        axes.set_xscale("log")
    axes.grid(alpha=0.25)


def _by_factors(values: np.ndarray) -> bool:
    """Whether values are apart by factors rather than by differences."""
    own = np.unique(values)
    if len(own) < 3 or own[0] <= 0 or not logarithmic(float(own[0]), float(own[-1])):
        return False
    steps, factors = np.diff(own), np.diff(np.log(own))
    return bool(np.std(factors) / np.mean(factors) < np.std(steps) / np.mean(steps))


def save(rows: Sequence[Row], folder: Path, title: str) -> None:
    """Write `table.csv`, a row a run, `table.tex`, `sweep.nc` and `sweep.png`."""
    write(folder / "table.csv", as_csv(columns(ordered(rows))).encode())
    write(folder / "table.tex", (latex(rows) + "\n").encode())
    write(folder / "sweep.nc", as_netcdf(dataset(rows)))
    write(folder / "sweep.png", as_png(figure(rows, title)))
