"""From a run to a solution that can be evaluated, compared, plotted, saved and opened again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from pdedsl import pictures
from pdedsl.analysis.advice import advice
from pdedsl.analysis.balance import Balance, balances
from pdedsl.analysis.defect import Defect, Estimate, difference, error, estimates, least, probes
from pdedsl.analysis.family import Family, families
from pdedsl.analysis.resonance import resonances
from pdedsl.analysis.trust import Misfit, misfits
from pdedsl.analysis.uncertainty import Found, Identified, Redrawn, band, deviations_of, identified, redrawn
from pdedsl.analysis.verdict import Evidence, Verdict, judge
from pdedsl.geometry.points import closed
from pdedsl.numerics.lower import Callee
from pdedsl.numerics.polynomials import Apart, Expanded, many
from pdedsl.numerics.programs import program
from pdedsl.numerics.quantities import Quantity, quantities, quantity, values_of
from pdedsl.numerics.system import System
from pdedsl.numerics.truth import measure
from pdedsl.planning.cost import cost
from pdedsl.planning.plan import Plan
from pdedsl.planning.spelling import made_of
from pdedsl.problem.moving import Values, moving_coordinates, swept_out, to_fixed, to_stated, within
from pdedsl.problem.problem import Problem
from pdedsl.problem.statements import Report
from pdedsl.runs.answer import ANSWER
from pdedsl.runs.answered import answered
from pdedsl.runs.files import as_npz, write
from pdedsl.runs.folder import CHECKPOINT, begin, machine
from pdedsl.runs.lock import alone
from pdedsl.runs.sealed import checksum, sealed, summary
from pdedsl.runs.told import told
from pdedsl.solver import profile
from pdedsl.solver.choose import choose
from pdedsl.solver.method import Objective
from pdedsl.solver.minimise import Outcome
from pdedsl.solver.record import Record, as_columns
from pdedsl.solver.threads import threads
from pdedsl.spaces.measured import measured
from pdedsl.spaces.space import Polynomials, trained
from pdedsl.spaces.tamed import unvalued
from pdedsl.stages.propagated import Propagated, Slope, propagated, saved, slopes, uncertain
from pdedsl.stages.solve import Solved
from pdedsl.stages.starting import Start, kept
from pdedsl.stages.words import read_components, read_expression
from pdedsl.vocabulary.columns import as_csv
from pdedsl.vocabulary.spoken import name_words

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.animation import FuncAnimation
    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False)
class Solution:
    """The trained solution of a problem.

    Call it with points, `solution(X)` for X of shape (N, d), coordinates in the order of declaration, space then time;
    or by name, `solution(x=..., t=...)`, arrays of shapes that broadcast together. One scalar field comes as an array,
    of shape (N,) or of the broadcast shape; several come as a mapping by name.
    """

    solved: Solved
    seconds: float = 0.0
    """The whole time of the run, compilation included."""
    kept_defect: Defect | None = None
    """The error to first order, where a folder kept it."""
    kept_noise: Mapping[str, Propagated] | None = None
    """What uncertain parameters leave unknown of reports, where a folder kept it."""

    def __repr__(self) -> str:
        fields = ", ".join(f.name for f in self.problem.fields)
        return (
            f"<Solution of {self.problem.name!r}: {fields} in {made_of(self.plan, self.solved.space)}, {self.status}>"
        )

    @property
    def problem(self) -> Problem:
        """What was solved: between moving ends the problem on a fixed interval."""
        return self.solved.problem

    @cached_property
    def stated(self) -> Problem:
        """The problem in the coordinates of its text, in which points are given; between moving ends as wide as these come."""
        return swept_out(self.problem, self.solved.values)

    @property
    def plan(self) -> Plan:
        """Every numerical choice of the run."""
        return self.solved.plan

    @property
    def system(self) -> System:
        """The residual blocks, and the network at the start of the run."""
        return self.solved.system

    @property
    def outcome(self) -> Outcome:
        """Parameters, history and status, as the solver gave them."""
        return self.solved.outcome

    @property
    def history(self) -> tuple[Record, ...]:
        """One record an iteration: step, seconds, losses by block, cut-off, rank, errors."""
        return self.outcome.history

    @property
    def status(self) -> str:
        """Why the run ended: `converged`, `tolerance`, `steps`, `time limit`, `stalled` or `interrupted`."""
        return self.outcome.status

    @cached_property
    def u(self) -> Callee:
        """The solution as a function of one point of shape (d,) to the values of all fields, for JAX in double precision."""
        u, own = self.solved.u, self.problem
        return u if own.stated is None else lambda x: u(to_fixed(own, jax.vmap(u), x[None])[0])

    @cached_property
    def start(self) -> Start:
        """This solution as what another run begins from."""
        return kept(self.problem, self.plan, self.system, self.outcome.parameters, self.solved.warm)

    @cached_property
    def errors(self) -> dict[str, float]:
        """The error of each field with an exact solution or a reference, on points never trained on.

        L2, relative to the variation of the field: to the norm of what is known of it less its mean.
        """
        if self.outcome.errors is not None:
            return dict(self.outcome.errors)
        with jax.enable_x64(True):
            return measure(self.system.model, self.solved.known)(jnp.asarray(self.outcome.parameters))

    @property
    def errors_of_norm(self) -> dict[str, float]:
        """The same errors relative to the norm of the field."""
        share = {truth.field: truth.variation / truth.norm for truth in self.solved.known}
        return {name: error * share[name] for name, error in self.errors.items()}

    @cached_property
    def losses(self) -> dict[str, float]:
        """`w mean |r / size|^2 / 2` of each block on the points at the end of the run."""
        if not self.has_network and self.history:
            return dict(self.history[-1].losses)
        with jax.enable_x64(True):
            points = tuple(jnp.asarray(own) for own in self.outcome.points)
            objective = Objective(self.system, cost(self.problem, self.plan).chunk)
            found: Array = program(objective.losses)(jnp.asarray(self.outcome.parameters), points)
        return {block.name: float(loss) for block, loss in zip(self.system.blocks, found, strict=True)}

    @cached_property
    def identified(self) -> Identified | None:
        """What data say of unknowns, and how well they are met; None where nothing was sought or measured."""
        with jax.enable_x64(True):
            return identified(self.problem, self.solved.u, self.outcome.posterior)

    @property
    def unknowns(self) -> dict[str, Found]:
        """The numbers that were found, by name, each with its `value` and its standard `error`."""
        return {} if self.identified is None else {own.name: own for own in self.identified.numbers}

    @cached_property
    def reports(self) -> tuple[Quantity, ...]:
        """The reports of the spec, evaluated on this solution."""
        found = self._reports
        own = tuple(self._with_noise(self.problem, *own) for own in zip(found, self.problem.reports, strict=True))
        noise = self.noise
        return tuple(
            replace(q, spread=noise[q.name].deviation, bent=noise[q.name].bent) if q.name in noise else q for q in own
        )

    @cached_property
    def _reports(self) -> tuple[Quantity, ...]:
        """The same with what is estimated of their errors alone."""
        with jax.enable_x64(True):
            return quantities(self.problem, self.solved.u, self.defect.at)

    @cached_property
    def noise(self) -> Mapping[str, Propagated]:
        """What uncertain parameters, `param h = 50 noise 2`, leave unknown of each report; nothing where none is uncertain."""
        if self.kept_noise is not None:
            return self.kept_noise
        if not uncertain(self.problem) or not self.problem.reports:
            return {}
        return propagated(self.problem, self.plan, self.start, self._reports)

    def derivatives(self, parameter: str) -> Mapping[str, Slope]:
        """What each report changes by with a parameter, by the solutions beside this one.

        Raises ValueError for what is no parameter of the text; of one that is swept, or sought, the solution itself tells it.
        """
        names = [p.name for p in self.problem.parameters]
        if parameter not in names:
            swept = parameter in [c.name for c in self.problem.domain.swept]
            words = (
                f"`{parameter}` is swept: ask for d({self.problem.fields[0].name}, {parameter})"
                if swept
                else f"there is no parameter `{parameter}`"
            )
            raise ValueError(words if swept else f"{words}; there are: {', '.join(names) or 'none'}")
        return slopes(self.problem, self.plan, self.start, self._reports, parameter)

    def _with_noise(self, problem: Problem, found: Quantity, report: Report) -> Quantity:
        """A number with what data leave unknown of it beside its estimated error."""
        known, u = self.outcome.posterior, self.solved.u
        if known is None or not isinstance(u, Expanded) or found.values.size != 1:
            return found
        if any(i.kind in ("maximum", "minimum") for i in problem.integrals_in([report.value])):
            return replace(found, errors=None)  # what data leave unknown of an extreme is not known
        points = problem.domain.put(report.at, np.mean(np.asarray(problem.bounds, float), axis=1)[None])
        own = deviations_of(problem, u, known, report.value, points)
        return replace(found, errors=np.hypot(0.0 if found.errors is None else found.errors, own))

    def inside(self, points: Any) -> np.ndarray:
        """Which points of shape (N, d) lie in the domain or on its boundary, shape (N,)."""
        points = np.asarray(points, float)
        found = closed(self.stated.domain, points)
        return found if self.problem.stated is None else found & within(self.problem, self.solved.values, points)

    def _values(self, points: np.ndarray) -> np.ndarray:
        """All fields at points in the coordinates of the text, shape (N, number of fields)."""
        return self._between(self.solved.values, points)

    def _between(self, values: Values, points: np.ndarray) -> np.ndarray:
        """Functions on a fixed interval at points between moving ends; not a number beyond them, or where there is no value."""
        if self.problem.stated is None:
            return np.where(unvalued(self.problem, points), np.nan, values(points))
        found = values(to_fixed(self.problem, self.solved.values, points))
        varying = [any(s in f.arguments for s in moving_coordinates(self.problem)) for f in self.problem.fields]
        beyond = ~within(self.problem, self.solved.values, points)
        return np.where(beyond[:, None] & np.asarray(varying), np.nan, found)

    def __call__(self, points: Any = None, **coordinates: Any) -> np.ndarray | dict[str, np.ndarray]:
        names = list(self.problem.names)
        if (points is None) == (not coordinates):
            raise TypeError(f"give points of shape (N, {len(names)}), or the coordinates {name_words(names)} by name")
        if points is None:
            coordinates = dict(one for given in coordinates.items() for one in self._members(*given))
            missing, extra = [n for n in names if n not in coordinates], [n for n in coordinates if n not in names]
            if missing or extra:
                what = f"there is no coordinate {extra[0]}" if extra else f"missing: {name_words(missing)}"
                raise TypeError(f"{what}; the coordinates are {name_words(names)}")
            arrays = np.broadcast_arrays(*(np.asarray(coordinates[n], float) for n in names))
            shape = arrays[0].shape
            points = np.stack([a.reshape(-1) for a in arrays], axis=1)
        else:
            points = np.asarray(points, float)
            if points.ndim != 2 or points.shape[1] != len(names):
                raise ValueError(
                    f"points have shape {points.shape}, not (N, {len(names)}): columns are {name_words(names)}"
                )
            shape = points.shape[:1]
        values = self._values(points)
        found = {f.name: values[:, k].reshape(shape) for k, f in enumerate(self.problem.fields) if f.arguments}
        return next(iter(found.values())) if len(found) == 1 else found

    def _members(self, name: str, value: Any) -> list[tuple[str, Any]]:
        """A coordinate with its values; of a group `x` each member `x[k]`, with those in the last axis of shape (..., members)."""
        group = [c.name for c in self.problem.coordinates if c.group == name]
        if not group:
            return [(name, value)]
        values = np.asarray(value, float)
        if values.ndim and values.shape[-1] != len(group):
            raise TypeError(f"{name} has shape {values.shape}, not (..., {len(group)}): {name_words(group)}")
        return list(zip(group, np.moveaxis(values, -1, 0) if values.ndim else [values] * len(group), strict=True))

    def evaluate(self, expression: str, points: Any) -> np.ndarray:
        """Any expression of the language on the solution: `evaluate("dx(u)", X)`.

        `points` has shape (N, d), the result (N,) for a scalar, (N, n) for a vector, (N, n, m) for a matrix. NaN outside
        the domain. Raises SpecError with what is wrong with the expression.
        """
        return self._evaluated(expression, points, None)[0]

    def evaluate_with_errors(self, expression: str, points: Any) -> tuple[np.ndarray, np.ndarray]:
        """The same, and how far off it is estimated to be, of the same shape: with what data leave unknown, a standard deviation.

        No less than a third of its root mean square over the domain.
        """
        points = np.asarray(points, float)
        beside = to_stated(self.problem, self.solved.values, probes(self.problem))
        values, errors = self._evaluated(expression, np.concatenate([points, beside]), self.defect.at)
        assert errors is not None
        (values, _), (errors, drawn) = (np.split(own, [len(points)]) for own in (values, np.abs(errors)))
        errors = np.maximum(errors, least(drawn))
        known = self.outcome.posterior
        if known is None or not isinstance(self.solved.u, Expanded):
            return values, errors
        points = to_fixed(self.problem, self.solved.values, points)
        _, components = read_components(self.problem, expression)
        own = [deviations_of(problem, self.solved.u, known, asked, points) for problem, asked in components]
        return values, np.hypot(errors, np.stack(own, axis=1).reshape(errors.shape))

    def _evaluated(self, expression: str, points: Any, e: Callee | None) -> tuple[np.ndarray, np.ndarray | None]:
        points = np.asarray(points, float)
        shape, components = read_components(self.problem, expression)
        with jax.enable_x64(True):
            at = to_fixed(self.problem, self.solved.values, points)
            found = [values_of(problem, asked, self.solved.u, at, e) for problem, asked in components]
        inside = self.inside(points)[:, None]

        def shaped(columns: list[Any]) -> np.ndarray:
            return np.where(inside, np.stack(columns, 1), np.nan).reshape(len(points), *shape)

        return shaped([f.values for f in found]), None if e is None else shaped([f.errors for f in found])

    def quantity(self, expression: str) -> Quantity:
        """An expression as a report of that value would give it: `quantity("integral(u^2)")`, a number or a curve in time.

        Raises SpecError with what is wrong with the expression.
        """
        problem, asked = read_expression(self.problem, expression)
        report = Report(expression, asked)
        with jax.enable_x64(True):
            return self._with_noise(problem, quantity(problem, report, self.solved.u, self.defect.at), report)

    @cached_property
    def misfits(self) -> tuple[Misfit, ...]:
        """How far each statement is missed on points that were never trained on."""
        return misfits(self.problem, self.solved.u, self.system)

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """The error of each field for some values of swept parameters; nothing where none is swept."""
        if not self.problem.domain.swept:
            return ()
        return families(self.problem, self.solved.values, self._off())

    @cached_property
    def balances(self) -> tuple[Balance, ...]:
        """What flows out against what comes from inside, for each equation in divergence form."""
        return balances(self.problem, self.solved.u)

    def redrawn(self, seed: int) -> Redrawn:
        """Data and uncertain parameters as they would have been another time: what this solution says of them, and noise."""
        known = self.outcome.posterior
        if known is None:
            raise ValueError("only of a solution in polynomials with data it is known how these would vary")
        return redrawn(self.problem, self.solved.u, known, seed)

    @cached_property
    def _scene(self) -> Any:
        names = [block.name for block in self.system.blocks] if self.outcome.points else []
        nowhere = {own.name for own in measured(self.problem) if not own.table}
        points = {
            name: to_stated(self.problem, self.solved.values, np.asarray(own))
            for name, own in zip(names, self.outcome.points, strict=True)
            if name not in nowhere
        }
        known = self.solved.known
        unknown = {f.name for f in self.problem.fields} - {truth.field for truth in known}
        off = self._off() if unknown else None
        defect = None if off is None else lambda points: self._between(off, points)
        seconds = self.outcome.compile_seconds
        return pictures.scene.Scene(
            swept_out(self.problem, self.solved.values, {}),
            self._values,
            self.history,
            self.errors,
            known,
            points,
            defect,
            self._bands,
            self.identified,
            self.families,
            seconds,
            partial(swept_out, self.problem, self.solved.values),
        )

    @property
    def _bands(self) -> Values | None:
        """What data leave unknown of all fields at points in the coordinates of the text; None where there are none."""
        known, u = self.outcome.posterior, self.solved.u
        if known is None or not isinstance(u, Expanded):
            return None
        own = band(self.problem, u, known)
        return lambda points: self._between(own, points)

    def _off(self) -> Values:
        """How far off all fields are at points: by what their solver left, and by what data leave unknown."""
        own, known, u = many(self.defect.at), self.outcome.posterior, self.solved.u
        if known is None or not isinstance(u, Expanded):
            return own
        deviation = band(self.problem, u, known)
        return lambda points: np.hypot(own(points), deviation(points))

    @cached_property
    def defect(self) -> Defect:
        """The estimated error as a function of a point: what the last degree changed, or the linearised problem solved."""
        if self.kept_defect is not None:
            return self.kept_defect
        own = self.outcome
        if own.defect is not None and own.missed is not None:
            return difference(self.system, own.parameters, own.defect, own.missed)
        return error(self.problem, self.solved.u, self.system)

    @property
    def estimated_by(self) -> str:
        """Where estimated errors come from, in words."""
        if not isinstance(self.defect.at, Apart):
            return "the linearised problem"
        space = self.solved.space
        return "the last tolerance" if isinstance(space, Polynomials) and space.slabs else "the last degrees"

    @cached_property
    def estimates(self) -> tuple[Estimate, ...]:
        """The estimated error of each field, relative and absolute; for any problem, its solution known or not."""
        return estimates(self.problem, self.solved.u, self.defect.at, self.system.sizes)

    @cached_property
    def verdict(self) -> Verdict:
        """`solved`, `rough` or `not solved`, and what speaks against it; for any problem, its solution known or not."""
        return self._judged(self.errors)

    @property
    def advice(self) -> str:
        """What would help, in the words of the cause; empty where nothing is wanting."""
        enough = (
            self.verdict.word == "solved" or self.outcome.posterior is not None
        )  # what data do not say no degree does
        singular = () if self.verdict.word == "solved" else resonances(self.problem)
        return advice(self.outcome, self.misfits, enough, not self.has_network, singular)

    @property
    def has_network(self) -> bool:
        """Whether a network is part of it, which seeds make differ."""
        return trained(self.solved.space)

    @property
    def judged_blind(self) -> Verdict:
        """The verdict that it would be if nothing was known of the solution."""
        return self._judged({})

    def _judged(self, errors: dict[str, float]) -> Verdict:
        last = self.history[-1] if self.history else None
        known = (self.defect, self.estimates, errors, self.losses)
        return judge(
            Evidence(self.problem, self.solved.u, self.system.sizes, *known, last, self.identified, self.families)
        )

    @property
    def _told(self) -> Any:
        return pictures.report.Told(
            problem=self.problem,
            plan=self.plan,
            space=self.solved.space,
            story=self.solved.story,
            outcome=self.outcome,
            seconds=self.seconds,
            errors=self.errors,
            verdict=self.verdict,
            losses=self.losses,
            estimates=self.estimates,
            estimated_by=self.estimated_by,
            misfits=self.misfits,
            families=self.families,
            balances=self.balances,
            advice=self.advice,
            reports=self.reports,
            identified=self.identified,
            machine=machine(),
        )

    def on_grid(self) -> "xr.Dataset":
        """The fields on a grid of the domain; in more than three dimensions, along lines and a plane through its middle."""
        return self._scene.data

    def dataset(self) -> "xr.Dataset":
        """The fields on a grid as files hold them: the last coordinate first, as CF readers expect."""
        data = self.on_grid()
        return data.transpose(*reversed([name for name in self.problem.names if name in data.dims]), ...)

    def plot(self) -> "Figure":
        """The solution, its error, the convergence of the run and the sampler's points, as one figure."""
        return pictures.plot.figure(self._scene)

    def animate(self) -> "FuncAnimation":
        """The first field moving in time. Raises ValueError for a problem that does not depend on time."""
        return pictures.plot.animation(self._scene)

    def profile(self) -> str:
        """Where the time of a step goes, as a table; of a solution in polynomials, when each space was solved."""
        if not self.has_network:
            rows = [f"{r.seconds:8.2f} s  {r.rank:5d} functions, loss {r.loss:.1e}" for r in self.history]
            return "\n".join(["solved after", *rows])
        with jax.enable_x64(True):
            parameters = jnp.asarray(self.outcome.parameters)
            known = measure(self.system.model, self.solved.known)
            method = choose(self.plan.method, self.system.start.size)
            parts = profile.profile(self.system, method, parameters, known)
        return profile.table(parts, self.outcome.compile_seconds)

    def portrait(self) -> "Figure":
        """A small picture of the first field, for a gallery."""
        return pictures.plot.portrait(self._scene)

    def save(self, folder: str | Path) -> Path:
        """Write the run to a folder, which is made; a run that the folder holds is replaced. Raises Busy and OSError.

        Every file appears whole or not at all. `open` reads the folder; only a run that was solved in a folder can be
        resumed.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder):
            (folder / CHECKPOINT).unlink(missing_ok=True)
            begin(folder, self.problem, self.plan, self.solved.start)
            self.write(folder)
        return folder

    def write(self, folder: Path, brief: bool = False) -> None:
        """Write what came of a run to its folder: history, network, solution, figure, report, summary; no more of it than
        `open` needs, if that is to be `brief`.
        """
        with threads(0):
            self._write(folder, brief)

    def _write(self, folder: Path, brief: bool) -> None:
        points = {f"points {k}": own for k, own in enumerate(self.outcome.points)}
        files = {
            "history.csv": as_csv(as_columns(self.history)).encode(),
            "network.npz": as_npz({"parameters": self.outcome.parameters, **points}),
            "error.npz": as_npz(self.defect.saved()),
            **({ANSWER: as_npz(answer)} if (answer := self._answer) is not None else {}),
            **({"noise.npz": as_npz(saved(self.noise))} if self.noise else {}),
            **({"data.npz": as_npz(posterior.arrays)} if (posterior := self.outcome.posterior) is not None else {}),
        }
        if not brief:
            picture, panels = pictures.plot.drawn(self.plot())
            files["solution.nc"] = pictures.grid.as_netcdf(self.dataset())
            files["solution.png"] = picture
            files["report.html"] = pictures.report.report(
                self._told, panels, pictures.frames.frames(self._scene)
            ).encode()
        for name, data in files.items():
            write(folder / name, data)
        begun = summary(folder).get("checksums", {})  # of what was written before anything was solved
        checksums = {**begun, **{name: checksum(data) for name, data in files.items()}}
        write(folder / "run.json", sealed({**self.summary(), "checksums": checksums}))

    @property
    def _answer(self) -> dict[str, np.ndarray] | None:
        """What can be said at a point by numbers alone, as arrays."""
        if self.outcome.posterior is not None or not isinstance(self.defect.at, Apart):
            return None
        return answered(self.problem, self.defect.at)

    def summary(self) -> dict[str, Any]:
        """What run.json holds: status, verdict, errors, reports, versions, machine."""
        return told(self)
