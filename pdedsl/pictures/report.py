"""From a run to one self-contained HTML page: the spec, the mathematics, figures, errors, how to reproduce it."""

import base64
import html
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert
from pygments import highlight
from pygments.formatters import HtmlFormatter

from pdedsl.analysis.balance import Balance
from pdedsl.analysis.defect import Estimate
from pdedsl.analysis.family import Family
from pdedsl.analysis.trust import Misfit
from pdedsl.analysis.uncertainty import Identified
from pdedsl.analysis.verdict import Verdict
from pdedsl.numerics.quantities import Quantity
from pdedsl.pictures.frames import Frames
from pdedsl.pictures.plot import DPI
from pdedsl.planning.defaults import planned
from pdedsl.planning.plan import Plan
from pdedsl.planning.reading import reading
from pdedsl.planning.spelling import made_of, spoken
from pdedsl.problem.problem import Problem
from pdedsl.problem.typeset import setting, solution
from pdedsl.solver.minimise import Outcome
from pdedsl.spaces.space import Space, trained
from pdedsl.syntax.lexer import PdeLexer
from pdedsl.vocabulary.diagnostics import render
from pdedsl.vocabulary.spoken import place_words


@dataclass(frozen=True)
class Told:
    """What a page tells of a run."""

    problem: Problem
    plan: Plan
    space: Space
    """What the solution is made of."""
    story: Sequence[str]
    """What was tried for it."""
    outcome: Outcome
    seconds: float
    errors: Mapping[str, float]
    """L2, relative to the variation, by field, where something is known."""
    losses: Mapping[str, float]
    verdict: Verdict
    identified: Identified | None
    """What data say of unknowns."""
    estimates: Sequence[Estimate]
    estimated_by: str
    misfits: Sequence[Misfit]
    families: Sequence[Family]
    balances: Sequence[Balance]
    advice: str
    reports: Sequence[Quantity]
    machine: Mapping[str, Any]
    """Versions and machine."""


STYLE = """
:root { color-scheme: light; }
body { margin: 0 auto; padding: 1.5rem; max-width: 62rem; color: #1c2530; background: #fff;
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, Helvetica, Arial, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid #d8dee5; padding-bottom: .2rem; }
p.lead { color: #52606d; margin: 0 0 1.2rem; }
.tiles { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1rem 0; }
.tile { flex: 1 1 9rem; border: 1px solid #d8dee5; border-radius: .5rem; padding: .6rem .8rem; }
.tile b { display: block; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.tile span { color: #52606d; font-size: .85rem; }
img { max-width: 100%; max-height: 24rem; height: auto; object-fit: contain; }
.slider { text-align: center; } .slider label { display: block; } .slider input { width: 14rem; vertical-align: middle; }
.slider img[hidden] { display: none; }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; align-items: start; justify-content: center; }
pre { background: #f5f7f9; border-radius: .5rem; padding: .9rem 1rem; overflow-x: auto; font-size: .85rem; line-height: 1.5; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.scroll { overflow: auto hidden; container-type: inline-size; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
td, th { text-align: left; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid #eceff2; vertical-align: top; }
th { color: #52606d; font-weight: 500; }
table.maths td { border: 0; padding: .25rem 1.4rem .25rem 0; }
math { --least: .6rem; font-size: clamp(var(--least), calc((100cqw - 9rem) / var(--wide)), 1.05rem); }
.k, .kp { color: #1b4965; font-weight: 600; } .nb { color: #5f0f40; } .no, .m { color: #9b4d00; } .s { color: #3f6b2c; } .c1 { color: #7b8794; font-style: italic; }
.warning { border-left: 3px solid #ca6702; }
@page { margin: 15mm; }
@media print { body { padding: 0; max-width: none; font-size: 10pt; } math { --least: 0rem; } h2, .tile, img, pre, tr { break-inside: avoid; } h2 { break-after: avoid; } pre { white-space: pre-wrap; } }
"""


def report(run: Told, pictures: Sequence[bytes], frames: Sequence[Frames] = ()) -> str:
    """The page of a run, with the panels of its figure as PNG; and with a slider for each parameter of a family. It loads nothing
    from elsewhere.
    """
    problem = run.problem
    title = problem.title or problem.source.name
    sections = [
        ("", _gallery(title, pictures)),
        ("For each value of its parameters", _sliders(frames)),
        ("The problem", _mathematics(problem)),
        ("The spec", f"<pre>{highlighted(problem.own_text or str(problem))}</pre>"),
        ("What the checker noticed", _notes(problem)),
        ("How good it is", _goodness(run)),
        ("What was found", _found(run)),
        ("Reports", _table(("quantity", "value"), [(q.name, str(q)) for q in run.reports])),
        ("Balances", _table(("equation", "its fluxes and sources"), [(b.statement, str(b)) for b in run.balances])),
        ("The plan, and what became of it", _plan(run)),
        ("Settings", _settings(run)),
        ("Do it again", _again(run)),
    ]  # fmt: skip
    body = "\n".join(f"{f'<h2>{head}</h2>' if head else ''}\n{content}" for head, content in sections if content)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<h1>{html.escape(title)}</h1>\n<p class="lead">{html.escape(_ended(run))}</p>\n{_tiles(run)}\n{body}\n'
        "</body>\n</html>\n"
    )


SLIDER = """
document.querySelectorAll(".slider").forEach(own => {
  const pictures = own.querySelectorAll("img"), range = own.querySelector("input");
  const show = () => pictures.forEach((picture, k) => { picture.hidden = k != range.value; });
  range.addEventListener("input", show); show();
});
"""


def _sliders(frames: Sequence[Frames]) -> str:
    """A slider for each parameter, which shows one of its pictures; without a script, or on paper, that in the middle."""
    found = []
    for own in frames:
        middle, name = len(own.values) // 2, html.escape(own.parameter)
        images = "".join(
            f'<img{"" if k == middle else " hidden"} alt="{name} = {value:.4g}" src="{_inline(png)}">'
            for k, (value, png) in enumerate(zip(own.values, own.pictures, strict=True))
        )
        ends = f"{own.values[0]:.4g}", f"{own.values[-1]:.4g}"
        found.append(
            f'<div class="slider">{images}<label>{name} {ends[0]} <input type="range" min="0" max="{len(own.values) - 1}" '
            f'value="{middle}" aria-label="{name}"> {ends[1]}</label></div>'
        )
    if not found:
        return ""
    return f'<div class="pictures">{"".join(found)}</div>\n<script>{SLIDER}</script>'


def _inline(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _gallery(title: str, pictures: Sequence[bytes]) -> str:
    """Pictures side by side where there is room, below each other on a phone."""
    images = (
        f'<img alt="{html.escape(title)}, picture {number} of {len(pictures)}" style="width: {_inches(png) * SCALE:.3g}rem" '
        f'src="{_inline(png)}">'
        for number, png in enumerate(pictures, 1)
    )
    return f'<div class="pictures">{"".join(images)}</div>'


def _inches(png: bytes) -> float:
    """How wide a picture was drawn."""
    return int.from_bytes(png[16:20], "big") / DPI


SCALE = 3.9
"""Of an inch of a figure, in the page's rem: three panels are a row, and the letters of all are of one size."""


def highlighted(text: str) -> str:
    """A spec as HTML, its words marked by what they are."""
    return highlight(text, PdeLexer(stripnl=False, ensurenl=False), HtmlFormatter(nowrap=True))


def _ended(run: Told) -> str:
    plan, parameters = run.plan, run.outcome.parameters.shape[0]
    method = spoken(plan.method, brief=True) if trained(run.space) else "Gauss-Newton"
    why = {
        "converged": "they converged",
        "tolerance": "the tolerance was reached",
        "time limit": "its time was up",
        "steps": "its steps were done",
    }
    words = (
        f"{run.outcome.history[-1].step} steps of {method} on {made_of(plan, run.space)}, "
        f"{parameters} parameters; "
        f"{why.get(run.outcome.status, run.outcome.status)}"
    )
    told = f"{words}: {run.advice}." if run.advice else f"{words}."
    return " ".join([told, *(f"{own[0].upper()}{own[1:]}." for own in run.story)])


def _tiles(run: Told) -> str:
    exact = dict(run.problem.exact)
    tiles = [(run.verdict.word, "; ".join(run.verdict.why))]
    tiles += [
        (
            f"{error:.1e}",
            f"L2 error of {name} relative to its variation, against the {'exact' if name in exact else 'reference'} solution",
        )
        for name, error in run.errors.items()
    ]
    tiles += [
        (f"{e.relative:.0e}", f"estimated error of {e.field} relative to its variation, by {run.estimated_by}")
        for e in run.estimates
    ]
    tiles.append((f"{run.seconds:.0f} s", "in all, compilation included"))
    inside = "".join(f'<div class="tile"><b>{a}</b><span>{html.escape(b)}</span></div>' for a, b in tiles)
    return f'<div class="tiles">{inside}</div>'


def _mathematics(problem: Problem) -> str:
    """Where it lives, its statements, its exact solution, as MathML."""
    problem = problem.stated or problem
    rows = [f'<tr><td colspan="2">{_maths(line)}</td></tr>' for line in setting(problem.domain)]
    for lines, place in problem.typeset:
        left = "<br>".join(_maths(line) for line in lines)
        rows.append(f"<tr><td>{left}</td><td>{_maths(place) if place else ''}</td></tr>")
    for name, expression in problem.exact:
        rows.append(f"<tr><td>{_maths(solution(name, expression))}</td><td>exact solution</td></tr>")
    return f'<div class="scroll"><table class="maths">{"".join(rows)}</table></div>'


def _maths(latex: str) -> str:
    """A formula as MathML, which no browser breaks into lines: it says how wide it is, so that the page makes it fit."""
    own = convert(latex)
    wide = f'style="--wide: {max(1.0, _width(ElementTree.fromstring(own))):.0f}"'
    return own.replace('display="inline"', f'display="inline" displaystyle="true" {wide}')


def _width(own: Element) -> float:
    """How wide a formula is, in units of its letters' height, roughly."""
    parts, kind = [_width(part) for part in own], own.tag.rpartition("}")[2]
    if kind == "mfrac":
        return max(parts)
    if kind in ("msub", "msup", "msubsup"):
        return parts[0] + SCRIPT * max(parts[1:])
    if kind == "mtable":
        return max(parts, default=0.0)
    return sum(parts) + LETTER * len((own.text or "").strip()) + (SPACE if kind == "mo" else 0.0)


SCRIPT, LETTER, SPACE = 0.7, 0.6, 0.45
"""The size of scripts, and the width of a letter and of the space round an operator, relative to the height of letters."""


def _notes(problem: Problem) -> str:
    return "".join(f'<pre class="warning">{html.escape(render(d, problem.source))}</pre>' for d in problem.warnings)


def _goodness(run: Told) -> str:
    rows = []
    for m in run.misfits:
        where = place_words(m.where)
        loss = run.losses.get(m.statement)
        rows.append((m.statement, "hard" if loss is None else f"{loss:.2e}", f"{m.rms:.2e}", f"{m.worst:.2e}", where))
    head = ("statement", "loss", "residual, root mean square", "at most", "at")
    return (
        "<p>The loss on the points at the end of the training; the residual on fresh points, which it never saw:</p>"
        + _table(head, rows)
        + "".join(f"<p>Over the family: {html.escape(str(own))}.</p>" for own in run.families)
        + f"<p>The estimated errors come from {run.estimated_by}. They are no bounds: see how they compare with "
        "known errors under <em>How far to trust it</em> in the README of pdedsl.</p>"
    )


def _found(run: Told) -> str:
    """Numbers with their errors and correlations, bands of fields, and how data are met."""
    if (own := run.identified) is None:
        return ""
    names = [n.name for n in own.numbers]
    rows = [(n.name, str(n)) for n in own.numbers]
    tied = [(name, *(f"{c:.2f}" for c in row)) for name, row in zip(names, own.correlation, strict=True)]
    sought = [f.name for f in run.problem.fields if f.sought is not None and f.arguments]
    bands = [(name, f"{own.bands[name]:.1e}") for name in sought if name in own.bands]
    return (
        _table(("unknown", "value and standard error"), rows)
        + (_table(("correlation", *names), tied) if len(names) > 1 else "")
        + "".join(f"<p>{html.escape(words)}.</p>" for words in (*own.together, *filter(None, [own.weighed])))
        + _table(("unknown field", "standard deviation, root mean square"), bands)
        + _table(("law", ""), [(c.name, str(c)) for c in own.curves])
        + _table(("data", "how they are met"), [(f.statement, str(f)) for f in own.fits])
    )


def _plan(run: Told) -> str:
    """What the text says of the solution, what was chosen because of it, and how that went."""
    read, source = reading(run.problem, run.plan), run.problem.source
    became = [("then", own) for own in run.story] or [("then", "a network was trained")]
    rows = [*((r.what, r.told(source)) for r in (*read.facts, *read.choices)), *became]
    return _table(("", ""), [*rows, ("now", made_of(run.plan, run.space))])


def _settings(run: Told) -> str:
    rows = [(key, str(spoken(value))) for key, value in run.plan.settings().items()]
    rows += [("machine", run.machine["machine"]), ("python", run.machine["python"])]
    rows += [(name, number) for name, number in run.machine["versions"].items()]
    return _table(("", ""), rows)


def _again(run: Told) -> str:
    """The command that solves the same spec with the same settings."""
    said = planned(run.problem.as_written).settings()
    own = {key: spoken(value, brief=True) for key, value in run.plan.settings().items() if said.get(key) != value}
    words = [f"--set {shlex.quote(f'{key}={value}')}" for key, value in own.items()]
    command = " \\\n  ".join(["pdedsl solve spec.pde", *words])
    return (
        "<p>With the spec above in <code>spec.pde</code>; the same machine and versions give the same bits as long as "
        f"steps and not seconds end the run.</p><pre>{html.escape(command)}</pre>"
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    body = "".join("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    if not body:
        return ""
    top = "<tr>" + "".join(f"<th>{html.escape(cell)}</th>" for cell in head) + "</tr>" if any(head) else ""
    return f'<div class="scroll"><table>{top}{body}</table></div>'
