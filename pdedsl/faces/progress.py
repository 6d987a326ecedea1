"""From the records of a run to a live line on a terminal, or plain lines elsewhere."""

import time
from collections.abc import Mapping
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from pdedsl.faces.solution import Solution
from pdedsl.solver.solve import Record
from pdedsl.solver.verdict import verdict

QUIET_SECONDS = 2.0
"""Time between two lines where there is no terminal."""


class Progress:
    """Shows a run while it goes on; a context manager whose `watch` is given each record."""

    def __init__(self, console: Console):
        self.console = console
        self.live = Live(console=console, refresh_per_second=8, transient=True) if console.is_terminal else None
        self.begun = self.said = time.perf_counter()
        self.errors: Mapping[str, float] = {}

    def __enter__(self) -> "Progress":
        if self.live:
            self.live.start()
            self.live.update(Text("compiling ...", style="dim"))
        else:
            self.console.print("compiling ...", highlight=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.live:
            self.live.stop()

    def watch(self, record: Record) -> None:
        self.errors = record.errors or self.errors
        now = time.perf_counter()
        if self.live:
            self.live.update(self._panel(record))
        elif record.step == 1 or now - self.said >= QUIET_SECONDS:
            self.said = now
            self.console.print(self._line(record), highlight=False, soft_wrap=True)

    def _panel(self, record: Record) -> Table:
        table = Table.grid(padding=(0, 2))
        table.add_row("step", f"{record.step}", f"{record.seconds:.1f} s")
        for name, loss in record.losses.items():
            table.add_row("loss", f"{loss:.2e}", name)
        table.add_row(
            "cut-off", f"{record.cutoff:.1e}", f"rank {record.rank}" + ("" if record.accepted else ", step refused")
        )
        for name, error in self.errors.items():
            table.add_row("error", Text(f"{error:.2e}", style="bold green"), f"{name}, relative L2")
        return table

    def _line(self, record: Record) -> str:
        losses = "  ".join(f"{name} {loss:.1e}" for name, loss in record.losses.items())
        errors = "".join(f"  error {name} {error:.1e}" for name, error in self.errors.items())
        return f"{record.step:>5}  {record.seconds:6.1f} s  {losses}  cut-off {record.cutoff:.0e}  rank {record.rank}{errors}"


def summary(solution: Solution, console: Console) -> None:
    """The table at the end of a run."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim")
    table.add_column()
    last = solution.history[-1]
    table.add_row("problem", solution.problem.title or solution.problem.source.name)
    table.add_row("ended by", f"{solution.status} after {len(solution.history)} steps")
    table.add_row("time", f"{solution.seconds:.1f} s, of which {solution.outcome.compile_seconds:.1f} s compiling")
    parameters = solution.outcome.parameters.shape[0]
    table.add_row("network", f"{solution.settings.choices['network']}, {parameters} parameters")
    for name, loss in last.losses.items():
        table.add_row("loss", f"{loss:.2e}  {name}")
    table.add_row("cut-off", f"{last.cutoff:.1e}, {last.rank} of {parameters} directions kept")
    for name, error in solution.errors.items():
        origin = "exact" if name in dict(solution.problem.exact) else "reference"
        table.add_row("error", f"{error:.2e}  relative L2 of {name} against the {origin} solution")
    for quantity in solution.reports:
        table.add_row("report", f"{quantity.name}: {quantity}")
    if advice := _advice(solution):
        table.add_row("advice", Text(advice, style="yellow"))
    console.print(table, highlight=False)


def _advice(solution: Solution) -> str:
    """What a run that went no further, or ended far off, needs."""
    if found := verdict(solution.outcome):
        return found
    if max(solution.errors.values(), default=0.0) > 0.1:
        return "this is not the solution yet: try more points, another network or another seed"
    return ""
