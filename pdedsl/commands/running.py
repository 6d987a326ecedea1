"""What commands that solve have in common: one run of several, its display, several seeds, the exit status."""

import shlex
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.markup import escape

import pdedsl
from pdedsl import commands, runs, studies
from pdedsl.commands.shell import FAILED, USAGE, WRONG_SPEC, Fresh, aside, err, screen, stop
from pdedsl.commands.signals import Stopping
from pdedsl.vocabulary.diagnostics import SpecError

Profile = Annotated[bool, typer.Option("--profile", help="Say where the time of a step goes.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but what is wrong.")]
JsonLines = Annotated[bool, typer.Option("--json-lines", help="Print one JSON object a step, for programs.")]


class Shown(NamedTuple):
    """What of a run is shown, and how."""

    title: str
    profile: bool
    quiet: bool
    json_lines: bool
    one: bool = False
    """Whether it is one of several, of which no more is shown than how it goes on."""
    where: str = ""
    """On what devices it runs, if on more than one."""


def run_one(folder: Fresh, shown: Shown, stopping: Any, solver: Callable[..., Any]) -> Any:
    """Run a solver in a folder and show what it does and what comes of it."""
    progress = commands.progress
    style = progress.Style.one if shown.one else progress.Style.people
    style = progress.Style.json if shown.json_lines else progress.Style.quiet if shown.quiet else style
    face = progress.Progress(screen, shown.title, style, shown.where)
    again = f"pdedsl resume {shlex.quote(str(folder.path))}"
    stopping.say = face.stopping
    try:
        with face:
            solved = solver(watch=face.watch, stopping=stopping, announce=face.end)
    except (ValueError, MemoryError, runs.lock.Busy) as error:
        commands.devices.fail(str(error) or "the machine has not enough memory")
    except OSError:
        if (folder.path / "checkpoint.npz").exists():
            err.print(f"[yellow]what was saved is whole; go on with[/yellow] {escape(again)}", soft_wrap=True)
        raise
    except SpecError as error:  # in the folder of a run: it was well when the run began
        err.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(WRONG_SPEC) from None
    finally:
        folder.discard()
    if not solved.history:
        stop(f"stopped before the first step; {again} begins it", FAILED)
    if not face.ended:
        face.end(solved)
    if style is progress.Style.people:
        if not face.history:
            more = "" if solved.status == "converged" else ": give it more --steps or --time-limit"
            words = f"nothing was left to do ({solved.status}){more}"
            screen.print(f"[yellow]{words}[/yellow]", soft_wrap=True)
            return solved
        if shown.profile:
            screen.print(f"\n{solved.profile()}\n", markup=False, soft_wrap=True)
        aside("written to", f"{folder.path}/")
        if solved.status == "interrupted":
            aside("go on with", again)
    if solved.outcome.lost:
        commands.devices.fail(f"{commands.devices.LOST}; what was saved is whole: {again} goes on with it", FAILED)
    if solved.history[-1].loss != solved.history[-1].loss:
        stop("the loss is not a number", FAILED)
    return solved


def follow(stopping: Any, solver: Callable[..., Any]) -> None:
    """Run a solver as one of many processes, of which another one shows and writes."""
    try:
        solved = solver(stopping=stopping)
    except (ValueError, MemoryError) as error:
        commands.devices.fail(str(error))
    if solved.outcome.lost:
        commands.devices.fail(commands.devices.LOST, FAILED)


def member(own: Path, shown: Shown, stopping: Any, start: Callable[..., Any], **limits: Any) -> Any:
    """One run of several: from the beginning, or on from where it was stopped."""
    begun = (own / "spec.pde").exists()
    return run_one(Fresh(own, False), shown, stopping, partial(pdedsl.resume, own, **limits) if begun else start)


Workers = Annotated[
    int, typer.Option("--workers", metavar="N", help="Runs at a time, each in a process of its own.", min=1)
]
Scheduler = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="ADDRESS", help="Of dask.distributed: the processes are those of its workers."),
]


APART = "--devices divides one run, --workers and --scheduler make several at a time: take one of them"


class Hands(NamedTuple):
    """How many runs are made at a time, and by whom."""

    workers: int = 1
    scheduler: str | None = None

    @property
    def many(self) -> bool:
        return self.workers > 1 or self.scheduler is not None


def ahead(jobs: Sequence[Any], hands: Hands, shown: Shown, stopping: Any) -> None:
    """Make runs many at a time; how each ends is shown, and what it wrote is there for those who go through them."""
    stopping.say = lambda words: err.print(f"[yellow]{words}[/yellow]")
    workers = hands.workers if hands.workers > 1 or hands.scheduler is None else -1
    try:
        ended = studies.spread.spread(jobs, workers, hands.scheduler, stopping)
        for count, (place, status) in enumerate(ended, 1):
            if not shown.quiet and not shown.json_lines:
                words = f"{count} of {len(jobs)}  {jobs[place].own.name}  {status}"
                screen.print(words, markup=False, highlight=False, soft_wrap=True)
    except ValueError as error:
        stop(str(error), USAGE)


def go_on(folder: Path, shown: Shown, what: str) -> None:
    """Say how several runs go on."""
    if not shown.quiet and not shown.json_lines:
        aside(f"go on with {what}:", f"pdedsl resume {shlex.quote(str(folder))}")


def stopped() -> Any:
    """The first Ctrl-C asks, the second ends; from before anything is loaded until everything is written."""
    return Stopping(lambda words: err.print(f"[yellow]{words}[/yellow]"), lambda: screen.show_cursor(True))


def ensemble(
    folder: Path,
    shown: Shown,
    stopping: Any,
    start: Callable[..., Any],
    fresh: Sequence[int] = (),
    hands: Hands = Hands(),  # noqa: B008
    **limits: Any,
) -> None:
    """Solve with each seed of an ensemble, a `fresh` one or one to go on with; then say how far they agree."""
    study = studies.ensemble
    try:
        with runs.lock.alone(folder):
            if fresh and study.members(folder):
                stop(f"{folder} holds an ensemble already: choose another folder with --out", USAGE)
            if fresh:
                study.begin(folder, fresh)
            solutions = []
            for seed, own in study.members(folder).items():
                # Of data it is the noise that is drawn again.
                if solutions and solutions[0].outcome.posterior is not None:
                    first = study.members(folder)[solutions[0].plan.seed]
                    drawn = solutions[0].redrawn(seed)._asdict()
                    start = partial(runs.run.start_again, first, **drawn, **limits)
                fresh_start = partial(start, folder=own, seed=seed)
                named = shown._replace(title=f"{shown.title}, seed {seed}")
                solutions.append(member(own, named, stopping, fresh_start, **limits))
                if solutions[-1].status == "interrupted":
                    go_on(folder, shown, "all seeds")
                    return
                if not solutions[0].has_network and solutions[0].outcome.posterior is None:
                    if not shown.quiet and not shown.json_lines:
                        aside("one seed says what all would:", "nothing is drawn for polynomials")
                    leave(solutions, shown)
                    return
                if len(solutions) == 1 and hands.many and solutions[0].outcome.posterior is None:
                    others = [(s, home) for s, home in study.members(folder).items() if home != own]
                    jobs = [studies.spread.Job(own, home, s, limits=limits) for s, home in others]
                    ahead(jobs, hands, shown, stopping)
            found = study.together(solutions)
            written = study.save(found, folder)
    except runs.lock.Busy as error:
        stop(str(error), USAGE)
    if shown.json_lines:
        screen.out(runs.files.as_json({"event": "ensemble", "spread": study.disagreement(found)}), highlight=False)
    elif not shown.quiet:
        screen.print()
        for line in study.describe(solutions, found):
            screen.print(line, markup=False, soft_wrap=True)
        aside("mean and spread written to", written)
    leave(solutions, shown)


def leave(solutions: Sequence[Any], shown: Shown) -> None:
    """Exit status 3 where a run came to its end and has not solved its problem; what it wrote is there all the same."""
    if failed := [s for s in solutions if s.status != "interrupted" and s.verdict.word == "not solved"]:
        if shown.quiet:
            err.print(str(failed[0].verdict), markup=False, soft_wrap=True)
        raise typer.Exit(FAILED)
