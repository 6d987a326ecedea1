"""What comes of a sweep: tables, a figure, one file with the parameters as dimensions."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from pdedsl.runs.run import solve
from pdedsl.stages.load import loads
from pdedsl.studies.sweep import Member, Row, Sweep, sweep
from pdedsl.studies.swept import columns, dataset, figure, latex, save, summarised
from pdedsl.studies.values import designed, grid, ranges

TEXT = """pde 1
param eps = 0.1, a = 1
domain x in [0, 1]
field u(x)
equation: -eps*dxx(u) + u = a
boundary: u = 0 on all
report top = maximum(u)
exact u = a - a*cosh((x - 1/2)/sqrt(eps))/cosh(1/(2*sqrt(eps)))
"""


def rows(plan: Sweep, **choices: Any) -> list[Row]:
    def one(member: Member, before: Any) -> Any:
        return solve(loads(TEXT, dict(member.values)), seed=member.seed, start=before, **choices)

    return list(sweep(plan, one))


@pytest.mark.slow
def test_polynomials_need_one_seed_and_networks_all() -> None:
    plan = Sweep(("eps",), ((0.1,), (0.02,)), seeds=2)
    drawn_once, trained = rows(plan), rows(plan, space="network", network="mlp(6)", steps=3)
    assert [row.member.seed for row in drawn_once] == [0, 0]
    assert sorted(row.member.seed for row in trained) == [0, 0, 1, 1]
    head, body = summarised(drawn_once)
    assert head == ["eps", "top", "error", "unknowns", "seconds"] and [own[0] for own in body] == ["0.02", "0.1"]
    head, body = summarised(trained)
    assert head[2:5] == ["error", "best", "worst"] and len(body) == 2
    assert all(float(best) <= float(middle) <= float(worst) for _, _, middle, best, worst, *_ in body)
    assert len(columns(trained)["seed"]) == 4 and columns(drawn_once)["verdict"] == ["solved", "solved"]
    table = latex(drawn_once)
    assert table.count("&") == 12 and "10^{-" in table and "e-" not in table
    field, bar, report, errors = _panels(trained)
    assert report.get_xlabel() == errors.get_xlabel() == "eps" and errors.get_yscale() == "log"
    dots = [line for line in errors.lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in dots] == [4]
    assert field.get_title() == "u" and bar.get_ylabel() == "eps"


def _panels(found: list[Row]) -> tuple[Any, ...]:
    by_title: dict[str, Any] = {own.get_title(): own for own in figure(found, "A layer").axes}
    return by_title["u"], by_title[""], by_title["top"], by_title["error"]


def test_one_file_has_the_parameters_as_dimensions(tmp_path: Path) -> None:
    own = ranges(["eps=0.05..0.2:3", "log", "a=1,2"], lambda text, name: float(text))
    found = rows(Sweep(("eps", "a"), grid(own)))
    save(found, tmp_path, "A layer")
    with xr.open_dataset(tmp_path / "sweep.nc") as data:
        assert dict(data.sizes)["eps"] == 3 and dict(data.sizes)["a"] == 2 and data["u"].dims == ("eps", "a", "x")
        for eps in (0.05, 0.1, 0.2):
            for a in (1.0, 2.0):
                middle = a - a / np.cosh(1 / (2 * np.sqrt(eps)))
                at = data.sel(eps=eps, a=a, method="nearest")
                assert float(at["u"].sel(x=0.5, method="nearest")) == pytest.approx(middle, abs=1e-8)
                assert float(at["report_top"]) == pytest.approx(middle, abs=1e-8)
        assert float(data["u_error"].max()) < 1e-8
    assert (tmp_path / "sweep.png").stat().st_size > 10_000
    assert (tmp_path / "table.csv").read_text().startswith("eps,a,seed,top,error")


def test_points_of_a_design_are_members() -> None:
    own = ranges(["eps=0.05..0.5", "a=1..2"], lambda text, name: float(text))
    found = rows(Sweep(("eps", "a"), designed(own, "sobol:4")))
    data = dataset(found)
    assert data["u"].dims == ("member", "x") and data["eps"].dims == ("member",)
    assert figure(found, "A layer").axes[0].get_xlabel() == "eps"
