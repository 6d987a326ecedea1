"""The command line as a user meets it: exit status, words, files; never a traceback."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.examples import GOOD
from tests.shell import pdedsl

SPECS = Path(__file__).parents[2] / "specs"


def test_check(spec: Path, heat: str) -> None:
    result = pdedsl("check", spec)
    assert result.exit_code == 0 and "fine" in result.output
    spec.write_text(heat.replace("D(u) = 0", "D(u) = 2u").replace("sin(pi*x)\nb", "q\nb"))
    result = pdedsl("check", spec)
    assert result.exit_code == 1
    assert "E101" in result.output and "E201" in result.output and "^^" in result.output


def test_check_strict_and_json(spec: Path, heat: str) -> None:
    spec.write_text(heat.replace("param a = 0.25", "param a = 0.25, b = 1"))
    assert pdedsl("check", spec).exit_code == 0
    assert pdedsl("check", "--strict", spec).exit_code == 1
    (row,) = json.loads(pdedsl("check", "--json", spec).output)
    assert (row["code"], row["severity"], row["line"], row["column"]) == ("W206", "warning", 3, 17)


@pytest.mark.slow
def test_solve_writes_a_whole_run(spec: Path) -> None:
    result = pdedsl(
        "solve", spec, "--set", "network=mlp(6)", "--steps", 3, "--seed", 7, "--param", "a=0.3", "--out", "run"
    )
    assert result.exit_code == 3, result.output  # three steps solve nothing
    names = {p.name for p in Path("run").iterdir()}
    assert names == {
        *("spec.pde", "settings.txt", "history.csv", "checkpoint.npz", "error.npz", "network.npz"),
        *("solution.nc", "solution.png", "report.html", "run.json"),
    }
    run = json.loads(Path("run/run.json").read_text())
    assert run["steps"] == 3 and run["seed"] == 7 and run["errors"]["u"] > run["errors_of_norm"]["u"] > 0
    assert run["verdict"] == "not solved" and "of its variation" in run["reasons"][0]
    assert "a = 0.3" in Path("run/spec.pde").read_text()
    assert "of the variation of u" in result.output and "not solved" in result.output


@pytest.mark.slow
def test_runs_never_share_a_folder(spec: Path) -> None:
    for _ in range(2):
        assert pdedsl("solve", spec, "--steps", 1).exit_code == 3
    assert sorted(p.name for p in Path("runs").iterdir()) == ["heat-1", "heat-2"]
    assert pdedsl("solve", spec, "--steps", 1, "--out", "runs/heat-1").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["solve", "nowhere.pde"], 2, "No such file"),
        (["check", "."], 2, "directory"),
        (["solve", "heat.pde", "--set", "netwrk=mlp(3)"], 2, "network"),
        (["solve", "heat.pde", "--set", "network=mlp(x)"], 2, "whole number"),
        (["solve", "heat.pde", "--set", "steps"], 2, "NAME=VALUE"),
        (["solve", "heat.pde", "--param", "b=1"], 2, "no parameter `b`"),
        (["solve", "heat.pde", "--param", "a=one"], 2, "not a number"),
        (["solve", "heat.pde", "--param", "a=inf"], 2, "finite"),
        (["solve", "heat.pde", "--steps", "0"], 2, "steps"),
        (["format", "bad.pde"], 1, "E101"),
        (["show", "bad.pde"], 1, "E101"),
        (["check", "binary.pde"], 1, "E103"),
        (["check", "latin.pde"], 1, "E103"),
    ],
)
def test_mistakes_end_in_words(spec: Path, arguments: list[str], status: int, words: str) -> None:
    Path("bad.pde").write_text("pde 1\nequation: 2u\n")
    Path("binary.pde").write_bytes(b"pde 1\0\1\2")
    Path("latin.pde").write_bytes('pde 1\ntitle "é"'.encode("latin-1"))
    result = pdedsl(*arguments)
    assert result.exit_code == status, result.output
    assert words in result.output
    assert "Traceback" not in result.output and not isinstance(result.exception, ValueError)
    assert not Path("runs").exists() or not any(Path("runs").iterdir())


def test_show(spec: Path) -> None:
    text = pdedsl("show", spec).output
    assert "D[u] = dt(u) - a*dxx(u)" in text and "g = sin(pi*x)" in text and "a = 0.25" in text
    assert r"\begin{align*}" in pdedsl("show", spec, "--latex").output
    tree = pdedsl("show", spec, "--stage", "spec").output
    assert "Relation kind = 'equation' [9:1-19]" in tree and "Name name = 'D'" in tree
    system = pdedsl("show", spec, "--stage", "system").output
    assert "equation: residual(fields, x) of shape (1,), weight 1, 200 points" in system
    assert "a step factors 300 rows by 105 columns" in system
    assert pdedsl("show", spec, "--stage", "loss").exit_code == 2


@pytest.mark.slow
def test_profile_and_compare(spec: Path) -> None:
    result = pdedsl("solve", spec, "--steps", 2, "--profile", "--out", "run")
    assert result.exit_code == 3 and "factorisation" in result.output and "jacobian" in result.output
    result = pdedsl(
        "compare", spec, "--methods", "anagram, adam(rate = 1e-2)", "--time", 1, "--seeds", 1, "--out", "race"
    )
    assert result.exit_code == 0 and "| adam(rate = 1e-2) |" in result.output
    assert {p.name for p in Path("race").iterdir()} == {"table.md", "comparison.png", "histories.csv"}
    assert pdedsl("compare", spec, "--methods", "adm", "--time", 1).exit_code == 2


def test_explain() -> None:
    assert "does not depend on" in pdedsl("explain", "E205").output
    assert pdedsl("explain").output.count("\n") > 30
    result = pdedsl("explain", "E999")
    assert result.exit_code == 2 and "there is no code" in result.output


def test_gallery() -> None:
    listed = pdedsl("gallery").output
    assert all(p.stem in listed for p in SPECS.glob("*.pde"))
    assert pdedsl("gallery", "heat").output == (SPECS / "heat.pde").read_text()
    assert pdedsl("gallery", "heet").exit_code == 2


def test_format(spec: Path, heat: str) -> None:
    spec.write_text(heat.replace("D(u) = 0", "D( u )=0.  # why\n# alone"))
    text = pdedsl("format", spec).output
    assert "equation: D(u) = 0.0  # why\n# alone\n" in text
    assert pdedsl("format", "-w", spec).exit_code == 0
    assert spec.read_text() == text


@pytest.mark.parametrize("words", [["--help"], ["check", str(SPECS / "heat.pde")]])
def test_without_jax(words: list[str]) -> None:
    code = f"import sys; sys.argv = ['pdedsl', *{words!r}]\nfrom pdedsl.commands.cli import run\ntry: run()\nexcept SystemExit as e: assert not e.code\nassert 'jax' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize("words", [["solve", "[/b].pde"], ["resume", "[/b]"], ["solve", "heat.pde", "--set", "[/b]"]])
def test_brackets_are_the_users(spec: Path, words: list[str]) -> None:
    result = pdedsl(*words)
    assert result.exit_code == 2 and "[/b]" in result.output


def test_an_empty_folder_of_the_users_stays(spec: Path) -> None:
    Path("mine").mkdir()
    assert pdedsl("resume", "mine").exit_code == 2
    assert pdedsl("solve", spec, "--set", "network=foo(3)", "--out", "mine").exit_code == 2
    assert Path("mine").is_dir()
    assert pdedsl("solve", spec, "--set", "network=foo(3)", "--out", "made").exit_code == 2
    assert not Path("made").exists()


@pytest.mark.slow
def test_resume_with_nothing_left_changes_nothing(spec: Path, heat: str) -> None:
    spec.write_text(heat.replace('"Heat"', '"Heat [/b] [K] $x$"'))
    first = pdedsl("solve", spec, "--steps", 2, "--out", "run")
    assert first.exit_code == 3 and "Heat [/b] [K] $x$" in first.output
    before = {p.name: p.read_bytes() for p in Path("run").iterdir()}
    result = pdedsl("resume", "run")
    assert result.exit_code == 3 and "nothing was left to do (steps)" in result.output, result.output
    assert {p.name: p.read_bytes() for p in Path("run").iterdir()} == before
    Path("run/run.json").write_text("")
    result = pdedsl("resume", "run")
    assert result.exit_code == 2 and "not the summary of a run" in result.output


def test_constant_expressions_for_parameters(spec: Path) -> None:
    assert "a = 0.0079577" in pdedsl("show", spec, "--param", "a=0.1/(4*pi)").output


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["--json-lines"]])
def test_a_run_goes_on_when_nobody_reads_it(spec: Path, options: list[str]) -> None:
    command = [sys.executable, "-m", "pdedsl.commands.cli", "solve", str(spec), "--out", "run", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=os.environ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0
    assert json.loads(Path("run/run.json").read_text())["status"] == "steps"


@pytest.mark.slow
def test_ctrl_c_saves_what_there_is(spec: Path) -> None:
    command = [
        sys.executable,
        "-u",
        "-m",
        "pdedsl.commands.cli",
        "solve",
        str(spec),
        "--steps",
        "100000",
        "--out",
        "run",
    ]
    # Shells start background jobs with the interrupt ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ)
    assert process.stdout is not None
    for line in process.stdout:
        if line.split()[:1] == ["1"]:
            break
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert "interrupted" in output and "Traceback" not in output
    assert json.loads(Path("run/run.json").read_text())["status"] == "interrupted"


def test_a_second_ctrl_c_ends_at_once_also_within_a_step(spec: Path) -> None:
    """Python itself hears signals only between two of its instructions, and one of them may take long."""
    code = (
        "import hashlib\nfrom pdedsl.commands.signals import Stopping\n"
        "with Stopping(lambda words: print(words, flush=True), lambda: print('restored', flush=True)):\n"
        "    print('ready', flush=True)\n"
        "    hashlib.pbkdf2_hmac('sha256', b'', b'', 10**9)\n"
    )
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "stopping after this step (again: at once)\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "restored\n"
    assert process.returncode == 130


def test_plan_says_why_in_twenty_lines(spec: Path) -> None:
    spec.write_text(GOOD)
    result = pdedsl("plan", str(spec))
    assert result.exit_code == 0 and len(result.output.splitlines()) <= 20
    assert (
        "linear" in result.output and "parabolic (line 9)" in result.output and "space = polynomials(" in result.output
    )
    found = json.loads(pdedsl("plan", str(spec), "--json").output)
    assert {r["what"] for r in found["choices"]} >= {"space", "method"} and "polynomials" in found["solve"][0]
    assert "as it was chosen" in pdedsl("plan", str(spec), "--set", "space=polynomials(9)").output
    assert pdedsl("plan", str(spec), "--set", "space=cubes").exit_code == 2
