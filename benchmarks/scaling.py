"""Time and memory of one step against parameters P, rows S, coordinates d and devices: `python -m benchmarks.scaling`.

A step of the default method on Poisson's equation with one hidden layer, soft conditions, fixed points, by four routes: `gram`
from the Gram matrix (or its dual, where S < P), `qr` by QR and SVD, `chunks` the Gram matrix of 512 points at a time, `krylov`
in 100 directions from products alone. Memory is what XLA reserves for the compiled step, and LAPACK's workspace for
eigenvectors (2 P^2 numbers) or the SVD (4 P^2); beside it what `pdedsl plan` says.
Slopes are those of the last three points in log-log axes, beside those of the model: O(P^2 S / n + P^3) with n devices, for
`krylov` O(P S / n). Virtual devices on the cores of one processor show what dividing costs, not what it gains. The last table
is no measurement: an estimate for eight H100 from counted operations and published rates.
"""

import argparse
import time
from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
import numpy as np

import pdedsl
from pdedsl.numerics.programs import put
from pdedsl.numerics.system import System, system
from pdedsl.planning import plan
from pdedsl.planning.cost import cost
from pdedsl.planning.plan import Plan, Sobol
from pdedsl.problem.problem import Problem
from pdedsl.solver.choose import choose
from pdedsl.solver.devices import HERE, devices
from pdedsl.solver.mesh import Shared, Where, everywhere
from pdedsl.spaces.space import Network

SPEC = """pde 1
domain x[1:{d}] in [0, 1]
field u(x)
let s = sum(sin(pi*x[k]), k in 1:{d})
equation: laplacian(u) = -pi^2*s
boundary: u = s on all
"""
DIRECTIONS, CHUNK, DEVICES = 100, 512, (1, 2, 4)
ROUTES = {"gram": ("auto", None), "qr": ("qr", None), "chunks": ("gram", CHUNK), "krylov": ("krylov", 8192)}
WORKSPACE = {"gram": 4, "qr": 4, "chunks": 2, "krylov": 0}
"""Of LAPACK, in squares of the shorter side: `syevd` 2, `gesdd` 4; a step of `gram` may end with the latter."""
MODEL = {
    "P": {"gram": "2 to 3", "qr": "2 to 3", "chunks": "2 to 3", "krylov": "1"},
    "S": {"gram": "1", "qr": "1", "chunks": "1", "krylov": "1"},
    "d": {"gram": "0 to 1", "qr": "0 to 1", "chunks": "0 to 1", "krylov": "0 to 1"},
}


@dataclass(frozen=True)
class Step:
    """One step: milliseconds, and MiB as XLA reserves and the plan predicts them."""

    milliseconds: float
    memory: float
    predicted: float


def made(columns: int, rows: int, d: int) -> tuple[Problem, Plan]:
    """A problem and a plan with about so many parameters and so many rows."""
    return of_widths((max(1, round((columns - 1) / (d + 2))),), rows, d)


def of_widths(widths: tuple[int, ...], rows: int, d: int) -> tuple[Problem, Plan]:
    """The same with so many units in each layer."""
    ends = rows // 5
    points = (("equation", Sobol(rows - ends)), ("boundary", Sobol(ends)))
    return pdedsl.loads(SPEC.format(d=d)), Plan(points, Network(widths))


def measure(problem: Problem, planned: Plan, built: System, route: str, count: int = 1) -> Step:
    """A step by a route, on so many devices."""
    factor, chunk = ROUTES[route]
    method = choose(plan.Anagram(factor=factor, rank=DIRECTIONS), built.start.size)  # pyright: ignore[reportArgumentType]
    where = Where(devices(count) if count > 1 else HERE, chunk)
    objective, own = where.objective(built), tuple(jnp.asarray(b.points) for b in built.blocks)
    state = method.begin(built.start)
    if isinstance(objective, Shared):
        placed, state = objective.placed(own), put(state, everywhere(objective.devices))
    else:
        placed = own
    compiled = jax.jit(lambda state, points: method.step(objective, state, points, ())).lower(state, placed).compile()
    sizes = compiled.memory_analysis()
    assert sizes is not None, "XLA on a CPU says what it reserves"
    jax.block_until_ready(compiled(state, placed))
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        jax.block_until_ready(compiled(state, placed))
        times.append(1e3 * (time.perf_counter() - begun))
    needed = cost(problem, planned_by(planned, "qr" if factor == "auto" else factor), count)
    needed = needed if factor == "krylov" else replace(needed, chunk=chunk)
    lapack = 8 * WORKSPACE[route] * min(needed.rows, needed.columns) ** 2
    reserved = sizes.temp_size_in_bytes + sizes.argument_size_in_bytes + lapack
    return Step(float(np.median(times)), reserved / 2**20, needed.bytes / 2**20)


def planned_by(planned: Plan, factor: str) -> Plan:
    """A plan with a factorisation of its own."""
    return Plan(planned.points, planned.network, method=plan.Anagram(factor=factor, rank=DIRECTIONS))  # pyright: ignore[reportArgumentType]


def slope(sizes: list[int], values: list[float]) -> str:
    """The exponent of the last three points."""
    return f"{np.polyfit(np.log(sizes[-3:]), np.log(values[-3:]), 1)[0]:.1f}"


def series(what: str, sizes: list[int], fixed: tuple[int, int, int]) -> None:
    """A table of one size that grows, the others fixed: columns, rows, coordinates."""
    print(f"\n{what} grows: ms a step, MiB reserved (and planned)\n")
    print(f"| {what} | " + " | ".join(ROUTES) + " |\n|---|" + "---|" * len(ROUTES))
    found: dict[str, list[Step]] = {route: [] for route in ROUTES}
    for size in sizes:
        columns, rows, d = (size if name == what else own for name, own in zip("PSd", fixed, strict=True))
        problem, planned = made(columns, rows, d)
        built = system(problem, planned)
        cells = []
        for route, steps in found.items():
            steps.append(measure(problem, planned, built, route))
            cells.append(f"{steps[-1].milliseconds:.0f} ms, {steps[-1].memory:.0f} ({steps[-1].predicted:.0f})")
        print(f"| {size} | " + " | ".join(cells) + " |", flush=True)
    for name in ("milliseconds", "memory"):
        row = [slope(sizes, [getattr(s, name) for s in steps]) for steps in found.values()]
        print(f"| slope of {name} | " + " | ".join(row) + " |")
    print("| of the model | " + " | ".join(MODEL[what].values()) + " |")


def layers(rows: int) -> None:
    """A table of what products alone take of memory in networks of several layers, against coordinates."""
    coordinates = (2, 4, 8, 16, 32)
    print("\nlayers and coordinates d: MiB reserved (and planned), products alone\n")
    print("| layers | " + " | ".join(f"d = {d}" for d in coordinates) + " |\n|---|" + "---|" * len(coordinates))
    for widths in ((60,), (40, 40), (20, 20, 20)):
        cells = []
        for d in coordinates:
            problem, planned = of_widths(widths, rows, d)
            step = measure(problem, planned, system(problem, planned), "krylov")
            cells.append(f"{step.memory:.0f} ({step.predicted:.0f})")
        print(f"| {', '.join(map(str, widths))} | " + " | ".join(cells) + " |", flush=True)


def shards(columns: int, rows: int) -> None:
    """A table over devices."""
    problem, planned = made(columns, rows, 2)
    built = system(problem, planned)
    print(
        f"\nvirtual devices on {jax.devices()[0].platform}: P = {built.start.size}, S = {rows}; numbers that each sends\n"
    )
    print("| devices | " + " | ".join(ROUTES) + " | sent |\n|---|" + "---|" * (len(ROUTES) + 1))
    for count in DEVICES:
        cells = [f"{measure(problem, planned, built, route, count).milliseconds:.0f} ms" for route in ROUTES]
        print(f"| {count} | " + " | ".join(cells) + f" | {cost(problem, planned, count).sent} |", flush=True)


H100 = {"products": 60e12, "factorisation": 8e12, "link": 450e9, "memory": 80e9}
"""Of one H100 SXM: double precision by tensor cores (67 Tflop/s published) and what `eigh` and QR reach of it, as an assumption;
NVLink one way, bytes a second; bytes of memory (NVIDIA's data sheet, 2023)."""


def estimate() -> None:
    """What a step would take on eight H100: an estimate."""
    print("\nAn estimate, not a measurement: a step by the Gram matrix on n H100, S = 1 000 000, three layers\n")
    print("| P | n | Jacobian | product | sum over devices | eigenvectors | together |\n|---|---|---|---|---|---|---|")
    for columns in (2000, 10_000, 30_000):
        for n in (1, 8):
            rows = 1e6 / n
            parts = [
                30 * rows * columns / (H100["products"] / 4),
                2 * rows * columns**2 / H100["products"],
                2 * (n - 1) / n * 8 * columns**2 / H100["link"],
                25 * columns**3 / H100["factorisation"],
            ]
            print(f"| {columns} | {n} | " + " | ".join(f"{1e3 * t:.3g} ms" for t in (*parts, sum(parts))) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=2000, help="the largest size of either side")
    most = parser.parse_args().most
    jax.config.update("jax_num_cpu_devices", max(DEVICES))
    jax.config.update("jax_enable_x64", True)
    series("P", [most // 8, most // 4, most // 2, most], (0, most, 2))
    series("S", [most // 2, most, 2 * most, 4 * most], (most // 4, 0, 2))
    series("d", [2, 4, 8, 16], (most // 4, most, 0))
    layers(most)
    shards(most // 4, 2 * most)
    estimate()


if __name__ == "__main__":
    main()
