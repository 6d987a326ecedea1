"""The driver: text to solution, each stage once."""

from collections import Counter
from pathlib import Path

import pytest

import pdedsl
from pdedsl.geometry import faces, quadrature
from pdedsl.planning.plan import Plan
from pdedsl.problem.problem import Problem
from pdedsl.solver.method import Method
from pdedsl.solver.minimise import Snapshot
from pdedsl.stages import load, solve
from pdedsl.vocabulary.source import Source

TEXT = """pde 1
domain (x, y) = disk([0.123, 0], 1)
field u(x, y)
equation: laplacian(u) = 4
boundary first: u = x^2 + y^2  on x > 0
boundary second: dn(u) = 2  on x <= 0
constraint mass: integral(u) = 1
report flux = integral(dn(u), on = all)
solve { network = mlp(4)
points = 40
steps = 2 }
"""


def test_from_a_text() -> None:
    found = solve.solve(Source.of(TEXT))
    assert found.outcome.status == "steps" and found.plan.limits.steps == 2
    assert [b.name for b in found.system.blocks] == ["equation", "first", "second", "mass"]
    with pytest.raises(pdedsl.SpecError):
        solve.solve(Source.of(TEXT.replace("u = x^2", "u = q^2")))


@pytest.mark.slow
def test_a_journal_sees_a_run_from_its_beginning_to_its_end() -> None:
    seen: list[str] = []

    class Kept:
        def begin(self, problem: Problem, plan: Plan) -> None:
            seen.append("begin")

        def earlier(self, method: Method, lowered: solve.System) -> Snapshot | None:
            seen.append("earlier")

        def keep(self, snapshot: Snapshot) -> None:
            seen.append(f"keep {len(snapshot.history)}")

    solve.solve(Source.of(TEXT), journal=Kept(), watch=lambda record: seen.append("watch"))
    assert seen == ["begin", "earlier", "watch", "watch", "keep 2"]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each stage is made, and each piece of boundary measured."""
    counts: Counter[str] = Counter()

    def count(module: object, name: str) -> None:
        original = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *a, **k: (counts.update([name]), original(*a, **k))[1])

    for name in ("parse", "resolve", "check_problem"):
        count(load, name)
    for name in ("system", "planned", "truths"):
        count(solve, name)
    measured: list[object] = []
    share = faces._share

    def once(domain, face, where, probes):
        if len(probes) == 512:  # the first look at a face for a condition; a second one only sharpens it
            measured.append((face, where))
        return share(domain, face, where, probes)

    monkeypatch.setattr(faces, "_share", once)
    for cached in (faces.boundary_pieces, faces._start_piece, quadrature.rule):
        cached.cache_clear()
    counts.measured = measured  # pyright: ignore[reportAttributeAccessIssue]
    return counts


@pytest.mark.slow
def test_every_stage_is_made_once(tmp_path: Path, counted: Counter[str]) -> None:
    def made() -> tuple[dict[str, int], int]:
        found, measured = dict(counted), counted.measured  # pyright: ignore[reportAttributeAccessIssue]
        times = max(Counter(measured).values(), default=0)
        counted.clear()
        measured.clear()
        return found, times

    (tmp_path / "s.pde").write_text(TEXT)
    pdedsl.solve(pdedsl.load(tmp_path / "s.pde"), folder=tmp_path / "run")
    stages, measured = made()
    assert stages == {"parse": 1, "resolve": 1, "check_problem": 1, "system": 1, "truths": 1} and measured == 1
    pdedsl.resume(tmp_path / "run", steps=3)
    stages, measured = made()
    assert stages == {"parse": 1, "resolve": 1, "check_problem": 1, "system": 1, "truths": 1} and measured <= 1
    opened = pdedsl.open(tmp_path / "run")
    opened.save(tmp_path / "again")  # the report of a finished run, and all that goes with it
    stages, measured = made()
    assert stages == {"parse": 1, "resolve": 1, "check_problem": 1, "system": 1} and measured <= 1
    assert "flux" in (tmp_path / "again" / "report.html").read_text()
