"""Time and memory of one step against the parameters P and the rows S: `python -m benchmarks.scaling`.

A step of the default method on heat with one hidden layer, soft conditions, fixed points; `fast` is the step from the
Gram matrix or its dual, `thorough` the one by QR and SVD that a run ends with. Memory is what XLA reserves for the
compiled step. The slopes are those of the last three points in log-log axes; O(min(P S^2, P^2 S)) says 2 along the
shorter side and 1 along the longer one.
"""

import argparse
import time
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

import pdedsl
from pdedsl.numerics.system import system
from pdedsl.planning.plan import Plan, Sobol
from pdedsl.solver.anagram import Anagram, State
from pdedsl.solver.method import Objective
from pdedsl.spaces.space import Network

SPEC = """pde 1
domain x in [0, 1]
time t in [0, 1]
field u(x, t)
equation: dt(u) = dxx(u)/4
initial:  u = sin(pi*x)
boundary: u = 0 on all
"""
SIZES = (125, 250, 500, 1000, 2000)


@dataclass(frozen=True)
class Step:
    """One step: its size, milliseconds and MiB."""

    columns: int
    rows: int
    fast: float
    thorough: float
    memory: float


def measure(columns: int, rows: int) -> Step:
    """A step with about so many parameters and so many rows."""
    width = max(1, round((columns - 1) / 4))
    problem = pdedsl.loads(SPEC)
    ends = rows // 8
    points = (("equation", Sobol(rows - 2 * ends)), ("initial", Sobol(ends)), ("boundary", Sobol(ends)))
    built = system(problem, Plan(points, Network((width,))))
    points = tuple(jnp.asarray(b.points) for b in built.blocks)
    objective, method = Objective(built), Anagram()
    step = jax.jit(lambda state: method.step(objective, state, points, ()))
    state: State = method.begin(built.start)
    compiled = step.lower(state).compile()
    sizes = compiled.memory_analysis()
    assert sizes is not None, "XLA on a CPU says what it reserves"
    found = []
    for thorough in (False, True):
        asked = state._replace(thorough=jnp.asarray(thorough))
        jax.block_until_ready(compiled(asked))
        times = []
        for _ in range(3):
            begun = time.perf_counter()
            jax.block_until_ready(compiled(asked))
            times.append(1e3 * (time.perf_counter() - begun))
        found.append(float(np.median(times)))
    memory = (sizes.temp_size_in_bytes + sizes.argument_size_in_bytes) / 2**20
    return Step(int(built.start.size), sum(len(p) for p in points), found[0], found[1], memory)


def slope(sizes: list[int], values: list[float]) -> float:
    """The exponent of the last three points."""
    return float(np.polyfit(np.log(sizes[-3:]), np.log(values[-3:]), 1)[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fixed", type=int, default=1000, help="the size of the other side")
    arguments = parser.parse_args()
    jax.config.update("jax_enable_x64", True)
    for title, series in {
        f"P grows, S = {arguments.fixed}": [(p, arguments.fixed) for p in SIZES],
        f"S grows, P = {arguments.fixed}": [(arguments.fixed, s) for s in (*SIZES, 4000)],
    }.items():
        print(f"{title}\n")
        print("| P | S | fast, ms | thorough, ms | memory, MiB |")
        print("|---|---|---|---|---|")
        steps = []
        for columns, rows in series:
            step = measure(columns, rows)
            steps.append(step)
            print(
                f"| {step.columns} | {step.rows} | {step.fast:.1f} | {step.thorough:.1f} | {step.memory:.1f} |",
                flush=True,
            )
        sizes = [s.columns if title.startswith("P") else s.rows for s in steps]
        slopes = [slope(sizes, [getattr(s, name) for s in steps]) for name in ("fast", "thorough", "memory")]
        print("| slope | at the end | " + " | ".join(f"{s:.1f}" for s in slopes) + " |\n")


if __name__ == "__main__":
    main()
