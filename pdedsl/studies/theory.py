"""From a solution to the pictures of the theory, and the arrays behind them: `pdedsl analyze RUN`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import sympy as sp
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pdedsl.analysis import Tangent, fourier, learning, tangent, true_green
from pdedsl.analysis.fourier import MODES
from pdedsl.geometry.points import inside, inside_shape, random
from pdedsl.pictures.grid import centre
from pdedsl.pictures.panels import INK
from pdedsl.pictures.plot import as_png
from pdedsl.runs.files import as_npz, write
from pdedsl.runs.solution import Solution
from pdedsl.spaces.penalty import Balance

SIZES = {1: 201, 2: 81}
"""Points along each coordinate; in more coordinates, along a line through the middle."""
SHARES = (0.5, 0.25)
"""Where kernels have their second argument if nothing is said, as shares of each interval."""
STEPS = (0, 2, 5, 10, 20)


@dataclass(frozen=True)
class Place:
    """Points of the domain to look at: a grid over two coordinates, or a line along the first."""

    solution: Solution
    chosen: tuple[tuple[float, ...], ...] = ()
    """The sources that were asked for."""

    @property
    def bounds(self) -> np.ndarray:
        return np.asarray(self.solution.problem.bounds, float)

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.solution.problem.coordinates]

    @property
    def plane(self) -> bool:
        return len(self.names) == 2

    @cached_property
    def points(self) -> np.ndarray:
        """Shape (N, d)."""
        size = SIZES[2] if self.plane else SIZES[1]
        axes = [np.linspace(low, high, size) for low, high in self.bounds]
        if self.plane:
            return np.stack([m.reshape(-1) for m in np.meshgrid(*axes, indexing="ij")], axis=1)
        points = np.tile(list(centre(self.solution.problem).values()), (size, 1))
        points[:, 0] = axes[0]
        return points

    @cached_property
    def sources(self) -> list[np.ndarray]:
        """Where kernels have their second argument: one point each, shape (1, d)."""
        if self.chosen:
            return [np.asarray(point, float)[None, :] for point in self.chosen]
        low, high = self.bounds.T
        found = [(low + share * (high - low))[None, :] for share in SHARES]
        domain = self.solution.problem.domain
        inner = inside(domain, sp.true, 1, random(np.random.default_rng(1)))
        return [p if inside_shape(domain, p)[0] else inner for p in found]

    def draw(
        self,
        axes: Axes,
        values: Sequence[np.ndarray],
        labels: Sequence[str] = (),
        title: str = "",
        limit: float | None = None,
    ) -> None:
        """Functions at the points: the first one as a map over a plane, all as curves over a line."""
        if self.plane:
            shape = (SIZES[2], SIZES[2])
            within = inside_shape(self.solution.problem.domain, self.points)
            shown = np.where(within, values[0], np.nan).reshape(shape)
            limit = limit or float(np.nanmax(np.abs(shown))) or 1.0
            timely = self.solution.problem.time is not None
            extent = (*self.bounds[1], *self.bounds[0]) if timely else (*self.bounds[0], *self.bounds[1])
            picture = axes.get_figure()
            assert picture is not None
            image = axes.imshow(
                shown if timely else shown.T,
                extent=extent,  # pyright: ignore[reportArgumentType]
                origin="lower",
                aspect="auto" if timely else "equal",
                cmap="RdBu_r",
                vmin=-limit,
                vmax=limit,
            )
            picture.colorbar(image, ax=axes)
            across, up = (1, 0) if timely else (0, 1)
            axes.set(xlabel=self.names[across], ylabel=self.names[up], title=title)
            return
        styles = [(INK[0], "-"), (INK[1], "--"), (INK[2], ":")]
        for (colour, style), value, label in zip(styles, values, [*labels, "", "", ""], strict=False):
            axes.plot(self.points[:, 0], value, color=colour, linestyle=style, label=label or None)
        rest = [f"{n} = {v:.3g}" for n, v in list(centre(self.solution.problem).items())[1:]]
        axes.set(xlabel=f"{self.names[0]}, at {', '.join(rest)}" if rest else self.names[0], title=title)
        if any(labels):
            axes.legend(fontsize=8, frameon=False)


def analyze(solution: Solution, folder: Path, sources: Sequence[Sequence[float]] = ()) -> list[str]:
    """Write the pictures and `analysis.npz` to a folder; what they say, a line each.

    `sources` are the points at which kernels have their second argument, each of d numbers.
    """
    folder.mkdir(exist_ok=True)
    place = Place(solution, tuple(map(tuple, sources)))
    ends = {"start": tangent(solution, "start"), "end": tangent(solution, "end")}
    arrays: dict[str, Any] = {"points": place.points, "sources": np.concatenate(place.sources)}
    said = []
    for name, picture, words in (
        ("spectrum", *_spectrum(solution, ends, arrays)),
        ("kernels", *_kernels(place, ends, arrays)),
        ("green", *_green(place, ends["end"], arrays)),
        ("learning", *_learning(place, solution, arrays)),
        *((("balance", *_balance(balance, arrays)),) if (balance := _chosen(solution)) is not None else ()),
        *((("fourier", *_fourier(place, solution, arrays)),) if len(place.names) in MODES else ()),
    ):
        write(folder / f"{name}.png", as_png(picture))
        said.append(words)
    write(folder / "analysis.npz", as_npz(arrays))
    return said


def _chosen(solution: Solution) -> Balance | None:
    known = solution.outcome.posterior
    return None if known is None else known.balance


def _balance(own: Balance, arrays: dict[str, Any]) -> tuple[Figure, str]:
    """The L-curve of penalties beside data, and where on it the solution is."""
    arrays |= {f"balance {name}": value for name, value in own.arrays.items()}
    picture = Figure(figsize=(5.6, 4.4), layout="constrained")
    axes = picture.subplots()
    axes.loglog(own.misfits**0.5, own.penalties**0.5, color=INK[0])
    order = np.argsort(own.weights)
    at = [
        np.exp(np.interp(np.log(own.weight), np.log(own.weights[order]), np.log(v[order])))
        for v in (own.misfits, own.penalties)
    ]
    axes.loglog(*(v**0.5 for v in at), "o", color=INK[1], label=f"weight {own.weight:.3g}")
    axes.set(xlabel="data, root mean square over their noise", ylabel="penalties, root mean square over their size")
    axes.legend(fontsize=8, frameon=False)
    return picture, f"balance: {own.words}"


def _spectrum(solution: Solution, ends: dict[str, Tangent], arrays: dict[str, Any]) -> tuple[Figure, str]:
    """Singular values of the features, and the coefficients of the residual along their left vectors."""
    picture = Figure(figsize=(11, 4.2), layout="constrained")
    for axes, (when, own) in zip(picture.subplots(1, 2), ends.items(), strict=True):
        arrays |= {f"s {when}": own.s, f"c {when}": own.c}
        ranks = np.arange(1, own.s.size + 1)
        axes.semilogy(ranks, np.maximum(own.s, 1e-20), color=INK[0], label="singular values of the features")
        axes.semilogy(
            ranks, np.maximum(np.abs(own.c), 1e-20), ".", color=INK[1], markersize=3, label="|residual along them|"
        )
        last = solution.history[0 if when == "start" else -1].cutoff
        if np.isfinite(last) and last > 0:
            axes.axhline(last, color=INK[4], linestyle="--", linewidth=1, label=f"cut-off of the run, {last:.0e}")
        axes.set(xlabel="rank", title=f"at the {when} of the training")
        axes.legend(fontsize=8, frameon=False)
    end = ends["end"]
    return picture, f"spectrum: {end.rank} of {end.s.size} singular values above {end.cutoff:.0e}"


def _kernels(place: Place, ends: dict[str, Tangent], arrays: dict[str, Any]) -> tuple[Figure, str]:
    """NTK and NNTK with one argument held, at the start and at the end."""
    picture = Figure(figsize=(8 * len(place.sources), 7.2), layout="constrained")
    grid = picture.subplots(2, 2 * len(place.sources), squeeze=False)
    for row, (kind, words) in zip(grid, (("ntk", "NTK"), ("nntk", "NNTK")), strict=True):
        for column, (number, when) in enumerate((n, w) for n in range(len(place.sources)) for w in ends):
            source = place.sources[number]
            values = getattr(ends[when], kind)(place.points, source)[:, 0]
            arrays[f"{kind} {when} {number}"] = values
            at = ", ".join(f"{v:.3g}" for v in source[0])
            place.draw(row[column], [values], title=f"{words}(., ({at})), {when}")
    traces = {w: float(np.trace(t.ntk(place.points[::67], place.points[::67]))) for w, t in ends.items()}
    return picture, f"kernels: the trace of the NTK went from {traces['start']:.2e} to {traces['end']:.2e}"


def _green(place: Place, own: Tangent, arrays: dict[str, Any]) -> tuple[Figure, str]:
    """The empirical Green's function for each source, beside the true one where it is known."""
    true = true_green(place.solution.problem)
    columns = 3 if place.plane and true else 1
    picture = Figure(figsize=(5 * columns, 4 * len(place.sources)), layout="constrained")
    differences = []
    rows = picture.subplots(len(place.sources), columns, squeeze=False)
    for number, (row, source) in enumerate(zip(rows, place.sources, strict=True)):
        at = ", ".join(f"{v:.3g}" for v in source[0])
        found = own.green(place.points, source)[:, 0]
        arrays[f"green {number}"] = found
        if true is None:
            place.draw(row[0], [found], title=f"empirical Green's function, source ({at})")
            continue
        known = true(place.points, source)[:, 0]
        arrays[f"true green {number}"] = known
        differences.append(float(np.linalg.norm(found - known) / np.linalg.norm(known)))
        if place.plane:
            limit = float(np.nanmax(np.abs(known)))
            for axes, values, words in zip(
                row, (found, known, found - known), ("empirical", "true", "difference"), strict=True
            ):
                place.draw(axes, [values], title=f"{words}, source ({at})", limit=limit)
        else:
            place.draw(row[0], [found, known], ("empirical", "true"), f"Green's function, source at {at}")
    if not differences:
        return picture, "green: the true Green's function of this problem is not known to pdedsl"
    return (
        picture,
        f"green: relative L2 distance from the true one, by source: {', '.join(f'{d:.1e}' for d in differences)}",
    )


def _learning(place: Place, solution: Solution, arrays: dict[str, Any]) -> tuple[Figure, str]:
    """The first steps: the solution, what the step added, what the Green's function says it adds."""
    stages = learning(solution, place.points, STEPS)
    picture = Figure(figsize=(14, 3.1 * len(stages)), layout="constrained")
    picture.suptitle("Trained anew from the start, on points that stay")
    agreements = []
    for row, stage in zip(picture.subplots(len(stages), 3, squeeze=False), stages, strict=True):
        arrays |= {f"learning {stage.step} {kind}": getattr(stage, kind) for kind in ("values", "taken", "predicted")}
        place.draw(row[0], [stage.values], title=f"before step {stage.step}, loss {stage.loss:.1e}")
        place.draw(row[1], [stage.taken], title="the step added")
        place.draw(row[2], [stage.predicted], title="Green's function on the residual")
        norms = np.linalg.norm(stage.taken) * np.linalg.norm(stage.predicted)
        agreements.append(float(stage.taken @ stage.predicted / norms) if norms > 0 else 0.0)
    words = ", ".join(f"{s.step}: {a:.2f}" for s, a in zip(stages, agreements, strict=True))
    return picture, f"learning: cosine between the step and the Green's function on the residual, by step: {words}"


def _fourier(place: Place, solution: Solution, arrays: dict[str, Any]) -> tuple[Figure, str]:
    """The size of D on each mode, and its singular values on their span."""
    found = fourier(solution.problem, solution.solved.u)
    arrays |= {
        "fourier wavenumbers": found.wavenumbers,
        "fourier sizes": found.sizes,
        "fourier s": found.singular_values,
    }
    picture = Figure(figsize=(11, 4.2), layout="constrained")
    left, right = picture.subplots(1, 2)
    order = np.linalg.norm(found.wavenumbers, axis=1)
    seen = found.sizes > 1e-10 * found.sizes.max()
    left.loglog(order[seen] + 1, found.sizes[seen], ".", color=INK[0])
    left.set(xlabel="1 + |k|, half waves", title="|D e_k| on Fourier modes")
    seen = found.singular_values > 1e-10 * found.singular_values[0]
    right.semilogy(found.singular_values[seen], color=INK[1])
    right.set(xlabel="rank", title="singular values of D on their span")
    high, low = found.singular_values[seen][0], found.singular_values[seen][-1]
    return picture, f"fourier: D stretches modes up to |k| = {int(order.max())} by {low:.1e} to {high:.1e}"
