"""From the command line to the stages and back: `pdedsl solve | resume | check | show | format | ...`.

Rooms load their files when these are first used, so that help and checks answer at once.
"""

import gc
import json
import logging
import os
import sys
import warnings
from collections.abc import Callable
from enum import StrEnum
from importlib.metadata import version as installed
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pdedsl import commands, planning, runs, stages, studies, syntax
from pdedsl.commands.inspecting import inspecting
from pdedsl.commands.resuming import resuming
from pdedsl.commands.shell import (
    FAILED,
    USAGE,
    WRONG_SPEC,
    AllowOutside,
    File,
    Parameters,
    accepted,
    aside,
    check_file,
    fresh_folder,
    no_traceback,
    pair,
    read_parameters,
    read_source,
    screen,
    show_diagnostics,
    show_spec,
    stop,
)
from pdedsl.commands.solving import solving
from pdedsl.commands.sweeping import sweeping
from pdedsl.vocabulary.diagnostics import suggest
from pdedsl.vocabulary.pages import pages
from pdedsl.vocabulary.spoken import split

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Write a PDE as text, get its solution, trust it.",
)
specs = typer.Typer()
"""Commands on specs; those that solve and those on runs have files of their own."""


class Stage(StrEnum):
    """What `show` can print: the passes in a row."""

    spec = "spec"
    problem = "problem"
    system = "system"


@app.callback(invoke_without_command=True)
def main(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        screen.print(f"pdedsl {installed('pdedsl')}")
        raise typer.Exit


@specs.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="One or more .pde files.")],
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the messages as JSON.")] = False,
    param: Parameters = None,
    allow_outside: AllowOutside = False,
) -> None:
    """Check specs without solving them; takes about a second."""
    wrong = False
    rows: list[dict[str, Any]] = []
    with no_traceback():
        parameters = read_parameters(param)
        for file in files:
            checked = check_file(file, parameters, allow_outside)
            known = set(parameters) if checked.problem is None else checked.problem.settable
            if unknown := [name for name in parameters if name not in known]:
                stop(f"--param {unknown[0]}: {file} has no such parameter", USAGE)
            counted = [d for d in checked.diagnostics if d.severity != "note"] if strict else checked.errors
            wrong |= bool(counted)
            if as_json:
                rows += stages.check.as_data(checked)
            else:
                show_diagnostics(checked)
                if not checked.diagnostics:
                    screen.print(f"{file}: fine", markup=False, soft_wrap=True)
        if as_json:
            screen.print_json(json.dumps(rows))
    raise typer.Exit(WRONG_SPEC if wrong else 0)


@specs.command()
def show(
    file: File,
    latex: Annotated[bool, typer.Option("--latex", help="As a LaTeX document.")] = False,
    stage: Annotated[
        Stage, typer.Option(help="spec: what was written; problem: what it means; system: what is minimised.")
    ] = Stage.problem,
    param: Parameters = None,
) -> None:
    """Print the problem as it was understood: D(u) = f, B(u) = g."""
    with no_traceback():
        checked = check_file(file, read_parameters(param))
        if stage is Stage.spec:
            show_diagnostics(checked)
            print(syntax.outline.outline(checked.spec))
            raise typer.Exit(WRONG_SPEC if checked.errors else 0)
        problem = accepted(checked, read_parameters(param))
        if stage is Stage.system:
            plan = planning.defaults.planned(problem)
            print(stages.show.show_system(problem, plan, stages.solve.build(problem, plan)))
        elif latex:
            print(stages.show.show_latex(problem))
        else:
            print(stages.show.show_problem(problem))


@specs.command()
def plan(
    file: File,
    param: Parameters = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="As for solve.")] = None,
    devices: Annotated[int, typer.Option(metavar="N", help="For points divided among N devices.", min=1)] = 1,
    json_: Annotated[bool, typer.Option("--json", help="As data, for programs.")] = False,
) -> None:
    """Say what the text tells of its solution, and how it is going to be solved because of that."""
    with no_traceback():
        problem = accepted(check_file(file, read_parameters(param)), read_parameters(param))
        try:
            found = stages.words.chosen(problem, dict(pair(s, "--set") for s in set_ or []))
            plan_ = planning.defaults.planned(found)
        except ValueError as error:
            stop(str(error), USAGE)
        read = planning.reading.reading(found, plan_, devices)
        if json_:
            rows = [
                {"what": r.what, "words": r.words, "line": r.line(found.source)} for r in (*read.facts, *read.choices)
            ]
            facts, choices = rows[: len(read.facts)], rows[len(read.facts) :]
            screen.out(
                runs.files.as_json({"facts": facts, "choices": choices, "solve": list(read.block)}), highlight=False
            )
            return
        table = Table(box=None, pad_edge=False, show_header=False)
        table.add_column(style="dim", no_wrap=True)
        table.add_column()
        for number, reasons in enumerate((read.facts, read.choices)):
            if number:
                table.add_section()
            for reason in reasons:
                table.add_row(reason.what, Text(reason.told(found.source)))
        table.add_row("to fix it", Text("\n".join(["solve {", *(f"  {line}" for line in read.block), "}"])))
        screen.print(table, highlight=False)


@specs.command("format")
def format_(
    file: File,
    in_place: Annotated[bool, typer.Option("--write", "-w", help="Change the file instead of printing.")] = False,
) -> None:
    """Print a spec in its canonical form; comments are kept."""
    with no_traceback():
        source = read_source(file)
        spec = syntax.parse.parse(source)
        if spec.diagnostics:
            show_diagnostics(stages.load.Checked(source, spec, None, spec.diagnostics))
            raise typer.Exit(WRONG_SPEC)
        text = syntax.format.format_spec(spec)
        if not in_place:
            show_spec(text)
        elif text != source.text:
            temporary = file.with_name(f".{file.name}.new")
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(file)


@specs.command()
def compare(
    file: File,
    methods: Annotated[
        str | None,
        typer.Option(
            help="Methods of the solve block, separated by commas; anagram,engd,bfgs,lbfgs,adam if no spaces are."
        ),
    ] = None,
    spaces: Annotated[str | None, typer.Option(help='Spaces: "polynomials(20), features(400), network".')] = None,
    time: Annotated[float, typer.Option(help="Seconds of each run.", min=0.1)] = 60,
    seeds: Annotated[int, typer.Option(help="Runs of each method.", min=1)] = 3,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder; by default comparisons/NAME-1, ...")
    ] = None,
    param: Parameters = None,
) -> None:
    """Race several methods, or spaces, on a spec: a table, and error against steps, seconds and columns as a figure."""
    with no_traceback():
        problem = accepted(check_file(file, read_parameters(param)), read_parameters(param))
        listed = split(methods or ("" if spaces else "anagram,engd,bfgs,lbfgs,adam"))
        races = studies.compare
        folder = fresh_folder(file, out, "comparisons")

        def show(method: str, seed: int, run: Any) -> None:
            error = max(run.errors.values(), default=run.history[-1].loss)
            screen.print(f"{method}, seed {seed}: {error:.2e} after {run.history[-1].step} steps", soft_wrap=True)

        try:
            found = races.compare(problem, listed, time, seeds, show, split(spaces or ""))
        except (ValueError, MemoryError) as error:
            stop(str(error), USAGE)
        finally:
            folder.discard()
        races.write(found, problem, folder.path)
        screen.print(f"\n{races.table(found)}\n", markup=False, soft_wrap=True)
        aside("written to", f"{folder.path}/")


@specs.command()
def explain(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="A code such as E205; all of them without.")
    ] = None,
) -> None:
    """Explain a code of the checker, with a wrong and a right example."""
    if code is None:
        for page in pages().values():
            print(f"{page.code}  {page.title}")
        return
    text = stages.explain.explain(code)
    if text is None:
        stop(f"there is no code `{code}`; `pdedsl explain` lists all of them", USAGE)
    print(text)


@specs.command()
def gallery(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Print this spec; all names without.")] = None,
) -> None:
    """List the problems that come with pdedsl, or print one of them."""
    found = {e.name: e for e in commands.gallery.entries()}
    if name is None:
        width = max(map(len, found))
        for entry in found.values():
            screen.print(f"[bold]{entry.name:{width}}[/bold]  {escape(entry.title)}", soft_wrap=True)
        folder = next(iter(found.values())).path.parent
        screen.print()
        aside("solve one:", f"pdedsl solve {folder}/NAME.pde")
    elif name.removesuffix(".pde") not in found:
        stop(f"there is no `{name}` in the gallery; {suggest(name, found) or '`pdedsl gallery` lists it'}", USAGE)
    else:
        show_spec(found[name.removesuffix(".pde")].path.read_text(encoding="utf-8"))


for part in (solving, sweeping, resuming, specs, inspecting):
    app.add_typer(part)


def run(command: Callable[..., Any] = app) -> None:
    """The program."""
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    gc.set_threshold(100_000)  # what is imported and read stays: looking for garbage in it takes a tenth of a check
    # What libraries have to say of themselves is not for the users of this program.
    warnings.simplefilter("ignore")
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    try:
        command()
    except KeyboardInterrupt:
        sys.exit(FAILED)
    finally:
        gc.freeze()  # Python would look for garbage in all of it once more before it ends


if __name__ == "__main__":
    run()
