"""What `pdedsl sweep` seeks where the last solution tells the next: a branch, or a value at which something holds."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import pdedsl
from pdedsl import runs, stages, studies
from pdedsl.commands.running import Shown, go_on, member
from pdedsl.commands.shell import USAGE, accepted, aside, number, screen, stop
from pdedsl.problem.steady import begun, steady


def seek(asked: Any, home: Callable[[], Path], shown: Shown, stopping: Any, **limits: Any) -> None:
    """Follow a branch, or find a value, in the folder that `home` gives: from the beginning, or on from where it was stopped.

    `limits` are those of each run from now on.
    """
    known = dict(asked.parameters)
    if asked.until is not None:
        opening = accepted(stages.load.check(asked.source, known), known, again=True)
        source, report, wanted = _asking(opening, asked.source, asked.until)
        accepted(stages.load.check(source, known), known, again=True)

        def at(value: float) -> Any:
            given = {**known, asked.name: value}
            return accepted(stages.load.check(source, given), given, again=True)

        following = partial(_until, at, asked, report, wanted)
    else:
        first = {**known, asked.name: asked.low}
        opening = accepted(stages.load.check(asked.source, first), first, again=True)
        try:
            following = partial(_follow, opening, steady(opening), asked)
        except ValueError as error:
            stop(f"--follow: {error}", USAGE)
    folder = home()
    try:
        with runs.lock.alone(folder):
            studies.asked.begin(folder, asked)
            if not following(limits, folder, shown, stopping):
                go_on(folder, shown, "it")
    except runs.lock.Busy as error:
        stop(str(error), USAGE)


def _follow(
    problem: Any, alone: Any, asked: Any, limits: dict[str, Any], folder: Path, shown: Shown, stopping: Any
) -> bool:
    """Solve for the first value of a range, and follow the branch towards the other end: of an evolution that of its steady states,
    the solutions of the problem `alone`. Whether it came to its end.
    """
    home, study = folder / f"{asked.name}={asked.low:.12g}", studies.follow
    choices = {**asked.choices, **limits}
    evolution = None if problem.time is None else problem
    if evolution is not None:
        choices["start"] = stages.starting.expressed(alone, begun(problem), "began with the initial values")
    opened = (home / "spec.pde").exists()
    first = member(home, shown, stopping, partial(pdedsl.solve, alone, folder=home, **choices), **limits)
    if first.status == "interrupted":
        return False
    if opened and first.solved.warm is None:  # a branch begins with more than the files of a run hold
        first = pdedsl.solve(alone, stopping=stopping, **choices)

    def show(point: Any) -> None:
        told = "".join(f"  {name} = {value:<9.6g}" for name, value in (point.reports or point.sizes).items())
        if shown.json_lines:
            known = {} if point.unstable is None else {"unstable": point.unstable}
            row = {"event": "point", "branch": point.branch, asked.name: point.parameter, "kind": point.kind}
            row |= {**known, **point.reports}
            screen.out(runs.files.as_json(row), highlight=False)
        elif not shown.quiet:
            if point.unstable is not None:
                told += f"  {'stable' if not point.unstable else f'{point.unstable} unstable'}"
            screen.print(
                f"{asked.name} = {point.parameter:<10.7g}{told}  {point.kind}", highlight=False, soft_wrap=True
            )

    try:
        interval, trail = (asked.low, asked.high), studies.trail.opened(folder / "trail.json")
        found = study.follow(first, asked.name, interval, asked.most, stopping, evolution, asked.switch, trail)
    except ValueError as error:
        stop(str(error), USAGE)
    study.save(found, folder, shown.title)
    for place, line in groupby(found.points, lambda point: point.branch):
        if place and not shown.quiet and not shown.json_lines:
            screen.print(f"branch {place}, through the bifurcation where it begins", style="bold", highlight=False)
        for point in line:
            show(point)
    if not shown.json_lines and not shown.quiet:
        for special in found.specials:
            screen.print(special.line(asked.name), style="bold", highlight=False, soft_wrap=True)
        if found.stuck:
            screen.print(f"[yellow]one ends before its interval does: {found.stuck}[/yellow]", soft_wrap=True)
        aside("branch.png, branch.csv, branch.nc, branch.json written to", f"{folder}/")
    return not stopping()


ASKED = "until_"
"""The report that says by how much a condition is missed."""


def _asking(problem: Any, source: Any, condition: str) -> tuple[Any, str, float]:
    """The text of a spec with a report, the name of this, and what it is to be: one of the spec's own, or by how much a condition is
    missed.
    """
    left, sign, right = condition.partition("=")
    if not sign or not left.strip() or not right.strip() or "=" in right:
        stop(f'--until takes a condition, as "maximum(T) = 400", not `{condition}`', USAGE)
    if left.strip() in {r.name for r in problem.reports}:
        return source, left.strip(), number(right.strip(), "--until", problem)
    text = f"{source.text.rstrip()}\n\nreport {ASKED} = ({left.strip()}) - ({right.strip()})\n"
    return replace(source, text=text), ASKED, 0.0


class _StoppedError(Exception):
    """A run was interrupted."""


def _until(
    at: Callable[[float], Any],
    asked: Any,
    report: str,
    wanted: float,
    limits: dict[str, Any],
    folder: Path,
    shown: Shown,
    stopping: Any,
) -> bool:
    """Solve for values of a parameter until a condition holds; whether it came to that."""
    before: list[Any] = []

    def gap(value: float) -> tuple[float, float]:
        home = folder / f"{asked.name}={value:.17g}"
        given = {**asked.choices, **limits, "brief": True, "start": before[-1] if before else None}
        solution = member(
            home, shown._replace(one=True), stopping, partial(pdedsl.solve, at(value), folder=home, **given), **limits
        )
        if solution.status == "interrupted":
            raise _StoppedError
        before[:] = [solution]
        found = next(q for q in solution.reports if q.name == report)
        if found.values.size > 1:
            stop(f"--until: {asked.until} is not a number but a curve or a function: take it at a point, a time", USAGE)
        error = float("nan") if found.error is None else found.error
        missed = float(found.values[0]) - wanted
        if not shown.quiet and not shown.json_lines:
            words = f"{asked.name} = {value:<12.9g}  missed by {missed:.3g}"
            screen.print(f"{words}  {solution.verdict.word}", markup=False, highlight=False, soft_wrap=True)
        return missed, error

    try:
        found = studies.until.until(gap, asked.low, asked.high)
    except _StoppedError:
        return False
    except ValueError as error:
        stop(f"--until: {asked.until}: {error}", USAGE)
    told = {asked.name: found.value, "error": found.error, "condition": asked.until, "solved": found.solved}
    runs.files.write(folder / "until.json", runs.files.as_json(told).encode())
    if shown.json_lines:
        screen.out(runs.files.as_json({"event": "until", **told}), highlight=False)
    elif not shown.quiet:
        off = "" if found.error != found.error else f" +- {found.error:.0e}"
        screen.print(
            f"{asked.until} at {asked.name} = {found.value:.10g}{off}", style="bold", markup=False, highlight=False
        )
        aside("runs written to", f"{folder}/")
    return True
