"""From the records of a run to what a person or a program sees of it: a live display, lines, JSON, or nothing."""

import math
import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from pdedsl.commands.shell import err
from pdedsl.planning.spelling import made_of
from pdedsl.runs.files import as_json
from pdedsl.runs.solution import Solution
from pdedsl.solver.devices import ONE
from pdedsl.solver.minimise import PACE
from pdedsl.solver.record import Record, as_row
from pdedsl.studies.sweep import Row
from pdedsl.vocabulary.spoken import place_words

SECONDS = 2.0
"""Time between two lines where there is no terminal."""
LEVELS = "▁▂▃▄▅▆▇█"
WIDTH = 40


class Style(StrEnum):
    """How a run is shown."""

    people = "people"
    """A live display on a terminal, plain lines elsewhere."""
    json = "json"
    """One JSON object a line."""
    quiet = "quiet"
    one = "one"
    """One of several: a live display on a terminal, no more."""


class Progress:
    """Shows a run while it goes on; a context manager whose `watch` is given each record."""

    def __init__(self, console: Console, title: str, style: Style = Style.people, where: str = ""):
        self.console, self.title, self.style, self.where = console, title, style, where
        live = style in (Style.people, Style.one) and console.is_terminal
        self.live = Live(console=console, refresh_per_second=8, transient=True) if live else None
        self.said, self.note, self.ended = 0.0, "", False
        self.history: list[Record] = []
        self.errors: Mapping[str, float] = {}

    def __enter__(self) -> "Progress":
        if self.live:
            self.live.start()
            self._show()
        elif self.style is Style.people:
            self.console.print(f"starting{self._on} ...", highlight=False)
        elif self.style is Style.json:
            self._row({"event": "starting", "title": self.title, **({"devices": self.where} if self.where else {})})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.live:
            self.live.stop()

    def watch(self, record: Record) -> None:
        self.errors = record.errors or self.errors
        self.history.append(record)
        now = time.perf_counter()
        if self.live:
            self._show()
        elif self.style is Style.json:
            self._row({"event": "step", **as_row(record)})
        elif self.style is Style.people and (len(self.history) == 1 or now - self.said >= SECONDS):
            self.said = now
            self.console.print(line(record, self.errors), highlight=False, soft_wrap=True)

    def stopping(self, words: str) -> None:
        """Say that the run was asked to stop; on another line than what programs read."""
        self.note = words
        if self.live:
            self._show()
        else:
            err.print(f"[yellow]{words}[/yellow]")

    def _show(self) -> None:
        assert self.live
        shown = display(self.title, self.history, self.errors, self.where) if self.history else self._starting()
        self.live.update(Group(shown, Text(self.note, style="yellow")) if self.note else shown)

    @property
    def _on(self) -> str:
        return f" on {self.where}" if self.where else ""

    def _starting(self) -> RenderableType:
        return Spinner("dots", Text(f"{self.title}: starting{self._on}", style="dim"))

    def end(self, solution: Solution) -> None:
        """What came of the run."""
        self.ended = True
        if self.live:
            self.live.stop()
        if self.style is Style.people:
            summary(solution, self.console)
        elif self.style is Style.json:
            self._row({"event": "end", **solution.summary()})

    def _row(self, values: Mapping[str, object]) -> None:
        self.console.out(as_json(values), highlight=False)


def display(title: str, history: Sequence[Record], errors: Mapping[str, float], where: str = "") -> RenderableType:
    """Where a run stands, within 80 columns: blocks by name, the filter on the spectrum, the error and its course."""
    last = history[-1]
    head = Table.grid(expand=False)
    head.add_column(width=46, no_wrap=True)
    head.add_column(width=32, justify="right", no_wrap=True)
    left = "" if math.isnan(last.left) else f", at most {duration(last.left)} left"
    head.add_row(Text(title, style="bold"), Text(f"{duration(last.seconds)}{left}", style="dim"))
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim", width=9)
    rows.add_column(width=9, no_wrap=True)
    rows.add_column(no_wrap=True)
    refused = "" if last.accepted else ", step refused"
    rows.add_row("step", f"{last.step}", Text(f"{pace(history):.1f} a second{refused}", style="dim"))
    if where:
        rows.add_row("on", Text(where.partition(" ")[0]), Text(where.partition(" ")[2], style="dim"))
    for name, loss in last.losses.items():
        rows.add_row("loss", f"{loss:.2e}", name)
    if last.spectrum:
        rows.add_row("cut-off", f"{last.cutoff:.1e}", spectrum(last))
    elif not math.isnan(last.cutoff):
        rows.add_row("cut-off", f"{last.cutoff:.1e}", f"rank {last.rank}")
    if errors:
        for name, error in errors.items():
            course = [r.errors[name] for r in history if name in r.errors]
            rows.add_row("error", Text(f"{error:.2e}", style="bold green"), Text(f"{sparkline(course)}  {name}"))
    else:
        rows.add_row("course", "", sparkline([r.loss for r in history]))
    return Group(head, rows)


def spectrum(record: Record) -> Text:
    """Singular values as bars, on a logarithmic scale, the largest first; bright what the filter keeps."""
    logs = [math.log10(max(s, 1e-300) / record.spectrum[0]) if record.spectrum[0] > 0 else 0.0 for s in record.spectrum]
    bars = Text()
    for size, value in zip(logs, record.spectrum, strict=True):
        kept = value >= record.cutoff
        bars.append(_level(size, -16, 0), style="cyan" if kept else "bright_black")
    return bars.append(f"  rank {record.rank}", style="dim")


def sparkline(values: Sequence[float]) -> str:
    """The course of a positive number on a logarithmic scale, over all of the run."""
    finite = [math.log10(v) for v in values if v > 0 and math.isfinite(v)]
    if not finite:
        return ""
    low, high = min(finite), max(finite)
    some = [finite[round(k * (len(finite) - 1) / (WIDTH - 1))] for k in range(WIDTH)] if len(finite) > WIDTH else finite
    return "".join(_level(v, low, high) for v in some)


def _level(value: float, low: float, high: float) -> str:
    share = (value - low) / (high - low) if high > low else 0.0
    return LEVELS[min(len(LEVELS) - 1, max(0, int(share * len(LEVELS))))]


def pace(history: Sequence[Record]) -> float:
    """Steps a second, lately."""
    last, before = history[-1], history[max(0, len(history) - PACE)]
    if last is before:
        return last.step / last.seconds if last.seconds > 0 else 0.0
    return (last.step - before.step) / max(last.seconds - before.seconds, 1e-9)


def duration(seconds: float) -> str:
    """Seconds in the words of people."""
    if math.isinf(seconds):
        return "any time"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes / 60:.1f} h"


def line(record: Record, errors: Mapping[str, float]) -> str:
    """A record as one line, for logs."""
    losses = "  ".join(f"{name} {loss:.1e}" for name, loss in record.losses.items())
    filtered = "" if math.isnan(record.cutoff) else f"  cut-off {record.cutoff:.0e}  rank {record.rank}"
    known = "".join(f"  error {name} {error:.1e}" for name, error in errors.items())
    return f"{record.step:>5}  {record.seconds:6.1f} s  {losses}{filtered}{known}"


def row_line(row: Row) -> str:
    """A run of a sweep as one line."""
    known = "" if row.errors else ", estimated"
    words = ", ".join(f"{name} = {value:<8.6g}" for name, value in row.member.values)
    told = "".join(f"  {own.name} = {own.values[0]:<9.6g}" for own in row.reports if own.values.size == 1)
    return f"{words}{told}  {row.verdict.word}, error {row.error:.1e}{known}  {row.seconds:.1f} s"


STYLES = {"solved": "green", "rough": "yellow", "not solved": "bold red"}


def table(head: Sequence[str], rows: Sequence[Sequence[str]], console: Console) -> None:
    """Rows of numbers below a head."""
    found = Table(box=None, pad_edge=False)
    for name in head:
        found.add_column(name, justify="right")
    for cells in rows:
        found.add_row(*cells)
    console.print(found, highlight=False)


def summary(solution: Solution, console: Console) -> None:
    """The table at the end of a run."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    last, problem, outcome = solution.history[-1], solution.problem, solution.outcome

    def row(name: str, words: object, style: str = "") -> None:
        table.add_row(name, Text(str(words), style=style))

    row("problem", problem.title or problem.source.name)
    for place, words in enumerate(solution.verdict.why):
        head = f"{solution.verdict.word}: " if place == 0 else ""
        row("verdict" if place == 0 else "", f"{head}{words}", STYLES[solution.verdict.word])
    undone = (
        f", of which the last {outcome.undone} were undone: fresh points found them worse" if outcome.undone else ""
    )
    ended = (
        f"{solution.status} after {last.step} steps"
        if solution.status != "running"
        else f"not yet, {last.step} steps so far"
    )
    row("ended by", f"{ended}{undone}")
    training = max(0.0, last.seconds - outcome.compile_seconds)
    parts = f": {outcome.compile_seconds:.1f} s of start and compilation, {training:.1f} s of training"
    row("time", f"{solution.seconds:.1f} s{parts if outcome.compile_seconds >= 0.1 else ''}")
    parameters = outcome.parameters.shape[0]
    row("made of", f"{made_of(solution.plan, solution.solved.space)}, {parameters} parameters")
    if solution.solved.devices != ONE:
        row("on", solution.solved.devices)
    for words in solution.solved.story:
        row("", words, "dim")
    for name, loss in solution.losses.items():
        row("loss", f"{loss:.2e}  {name}")
    if not math.isnan(last.cutoff):
        row("cut-off", f"{last.cutoff:.1e}, {last.rank} of {parameters} directions kept")
    if (own := solution.identified) is not None:
        for number in own.numbers:
            row("found", f"{number.name} = {number}", "bold")
        for name in (f.name for f in problem.fields if f.sought is not None and f.arguments):
            if name in own.bands:
                row("found", f"{name}, with a standard deviation of {own.bands[name]:.1e}, root mean square", "bold")
        for curve in own.curves:
            row("found", curve, "bold")
        for words in own.together:
            row("", words)
        if own.weighed:
            row("weight", own.weighed)
        for fit in own.fits:
            row("data", f"{fit.statement}: {fit}")
    for name, error in solution.errors.items():
        origin = "exact" if name in dict(problem.exact) else "reference"
        row("error", f"{error:.2e}  of the variation of {name}, against the {origin} solution")
    for family in solution.families:
        row("family", family)
    for misfit in solution.misfits:
        where = place_words(misfit.where)
        row(
            "residual",
            f"{misfit.rms:.2e}  {misfit.statement}, at most {misfit.worst:.1e}{f' at {where}' if where else ''}",
        )
    for found in solution.estimates:
        words = f"of the variation of {found.field}, by {solution.estimated_by}; {found.absolute:.0e} absolute"
        row("estimate", f"{found.relative:.0e}     {words}")
    for balance in solution.balances:
        row("balance", f"{balance.statement}: {balance}")
    for quantity in solution.reports:
        row("report", f"{quantity.name}: {quantity}")
    if solution.advice:
        row("advice", solution.advice, "yellow")
    console.print(table, highlight=False)
