"""What a person and a program see of a run."""

import io
import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from pdedsl.commands.cli import app
from pdedsl.commands.progress import LEVELS, Progress, display, duration, sparkline, spectrum
from pdedsl.solver.record import Record


def record(step: int, **changes) -> Record:
    made = Record(
        step=step,
        seconds=0.5 * step,
        loss=10.0**-step,
        losses={"equation": 9 * 10.0**-step, "initial velocity": 1e-9},
        cutoff=1e-4,
        rank=17,
        gain=0.9,
        accepted=True,
        errors={"u": 3 * 10.0**-step},
        spectrum=(1.0, 1e-2, 1e-4, 1e-8, 0.0),
        left=12.0,
    )
    return replace(made, **changes)


def drawn(thing) -> str:
    console = Console(file=io.StringIO(), width=80, force_terminal=False)
    console.print(thing)
    return console.file.getvalue()  # pyright: ignore


def test_the_display_fits_80_columns_and_names_everything() -> None:
    text = drawn(
        display("A title that is longer than what one would like to see there", [record(1), record(9)], {"u": 3e-9})
    )
    assert max(map(len, text.splitlines())) <= 80
    for word in (
        "equation",
        "initial velocity",
        "9.00e-09",
        "3.00e-09",
        "rank 17",
        "1.0e-04",
        "2.0 a second",
        "12 s left",
    ):
        assert word in text
    assert "refused" in drawn(display("t", [record(1, accepted=False)], {}))


def test_a_method_without_a_spectrum_shows_none() -> None:
    text = drawn(display("t", [record(1, spectrum=(), cutoff=math.nan, rank=0, errors={})], {}))
    assert "nan" not in text and "cut-off" not in text and "course" in text


def test_the_filter_on_the_spectrum() -> None:
    bars = spectrum(record(1))
    assert (
        bars.plain.startswith("██▇▅▁") and [str(s.style) for s in bars.spans[:5]] == ["cyan"] * 3 + ["bright_black"] * 2
    )


def test_sparklines() -> None:
    assert sparkline([10.0**-k for k in range(8)]) == LEVELS[::-1]
    assert sparkline([1e-3] * 3) == LEVELS[0] * 3 and sparkline([]) == "" and sparkline([math.nan, 0.0]) == ""
    assert len(sparkline([1.0 / (k + 1) for k in range(1000)])) == 40


@pytest.mark.parametrize(
    ("seconds", "words"), [(7.4, "7 s"), (600, "10 min"), (36_000, "10.0 h"), (math.inf, "any time")]
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_lines_where_there_is_no_terminal() -> None:
    console = Console(file=io.StringIO(), width=80)
    with Progress(console, "t") as face:
        face.watch(record(1))
    out = console.file.getvalue()  # pyright: ignore
    assert out.splitlines()[0] == "starting ..." and "equation 9.0e-01" in out and "error u 3.0e-01" in out


@pytest.mark.slow
def test_json_lines(spec: Path) -> None:
    result = CliRunner().invoke(app, ["solve", str(spec), "--json-lines", "--steps", "3", "--set", "method=adam"])
    rows = [
        json.loads(row, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
        for row in result.stdout.splitlines()
    ]
    assert [r["event"] for r in rows] == ["starting", "step", "end"]
    assert rows[1]["cutoff"] is None and rows[1]["losses"].keys() == {"equation", "initial", "boundary"}
    assert rows[2]["status"] == "steps" and rows[2]["errors"]["u"] > 0


@pytest.mark.slow
def test_quiet(spec: Path) -> None:
    result = CliRunner().invoke(app, ["solve", str(spec), "--quiet", "--out", "run"])
    assert result.exit_code == 0 and result.output == "" and Path("run/solution.nc").exists()
    result = CliRunner().invoke(app, ["solve", str(spec), "-q", "--set", "network=mlp(0)"])
    assert result.exit_code == 2 and "network" in result.output
