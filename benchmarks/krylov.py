"""Steps from products alone beside exact ones: `python -m benchmarks.krylov [--seconds 20]`.

First the directions: on the way of a run the angle between the exact Tikhonov step and that of `krylov`, by rank and by the
number of directions at a time; `Nystrom` is a subspace of as many random directions after one product with `Phi^T Phi`, what a
randomised Nystrom preconditioner is made of, and `deflated` one half of that with conjugate gradients in the rest. Then the error
after equal time, with momentum and with a part of the points, too.
"""

import argparse

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.goals import SPECS
from pdedsl.planning.defaults import planned
from pdedsl.planning.plan import Limits
from pdedsl.solver.choose import choose
from pdedsl.solver.factor import krylov
from pdedsl.solver.features import Stored
from pdedsl.solver.method import Objective
from pdedsl.solver.minimise import minimise
from pdedsl.stages.load import load
from pdedsl.stages.solve import build
from pdedsl.stages.words import chosen
from pdedsl.studies.compare import compare

PROBLEMS = (("heat", 12), ("allen_cahn", 25))
"""Specs, and steps after which directions are compared."""
LAMBDAS = (1e-4, 1e-7, 1e-10)
RANKS = (100, 200)
METHODS = (
    "anagram",
    "anagram(factor = krylov, rank = 100)",
    "anagram(factor = krylov, rank = 300)",
    "anagram(momentum = 0.9)",
    "anagram(sketch = 0.25)",
)


def direction(phi: np.ndarray, r: np.ndarray, z: np.ndarray, weight: float) -> np.ndarray:
    """The Tikhonov step in the subspace that the columns of z span, which are orthonormal."""
    u, s, vt = np.linalg.svd(phi @ z, full_matrices=False)
    return z @ (vt.T @ (s / (s**2 + weight) * (u.T @ r)))


def nystrom(phi: np.ndarray, count: int) -> np.ndarray:
    """The range of `Phi^T Phi` on random directions, orthonormal."""
    omega = np.random.default_rng(0).normal(size=(phi.shape[1], count))
    return np.linalg.qr(phi.T @ (phi @ omega))[0]


def deflated(phi: np.ndarray, r: np.ndarray, count: int) -> np.ndarray:
    """Half of the directions by `nystrom`, the others by conjugate gradients from what that leaves of the residual."""
    z = nystrom(phi, count // 2)
    image = phi @ z
    ahead = phi.T @ (r - image @ np.linalg.lstsq(image, r, rcond=1e-8)[0])
    while z.shape[1] < count:
        for _ in range(2):
            ahead = ahead - z @ (z.T @ ahead)
        own = ahead / np.linalg.norm(ahead)
        z, ahead = np.column_stack([z, own]), phi.T @ (phi @ own)
    return z


def angle(a: np.ndarray, b: np.ndarray) -> str:
    """Between two directions, in degrees."""
    return f"{np.degrees(np.arccos(min(1.0, a @ b / np.linalg.norm(a) / np.linalg.norm(b)))):.1f}"


def directions(name: str, steps: int) -> None:
    """A table of angles, some steps after the start of a run."""
    problem = chosen(load(SPECS / f"{name}.pde"), {"network": "mlp(32, 32, 32)"})
    plan = planned(problem)
    built = build(problem, plan)
    run = minimise(built, choose(plan.method, built.start.size), Limits(steps, 1e9))
    r, features, _ = Objective(built).linearise(run.parameters, run.points)
    phi, r = np.asarray(features.whole()), np.asarray(r)
    print(f"\n{name} after {steps} steps, S = {len(r)}, P = {phi.shape[1]}: degrees between steps\n")
    print(
        "| subspace | rank | "
        + " | ".join(f"lambda = {own:g}" for own in LAMBDAS)
        + " |\n|---|---|"
        + "---|" * len(LAMBDAS)
    )
    exact = [direction(phi, r, np.eye(phi.shape[1]), own) for own in LAMBDAS]
    for rank in RANKS:
        for kind in ("1 at a time", "4 at a time", "16 at a time", "Nystrom", "deflated"):
            if kind == "Nystrom":
                z = nystrom(phi, rank)
            elif kind == "deflated":
                z = deflated(phi, r, rank)
            else:
                found = krylov(Stored(jnp.asarray(phi)), jnp.asarray(r), rank, block=int(kind.split()[0]))
                z = np.linalg.qr(np.asarray(found.v))[0]
            row = [angle(direction(phi, r, z, own), best) for own, best in zip(LAMBDAS, exact, strict=True)]
            print(f"| {kind} | {rank} | " + " | ".join(row) + " |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20)
    seconds = parser.parse_args().seconds
    jax.config.update("jax_enable_x64", True)
    for name, steps in PROBLEMS:
        directions(name, steps)
    print(
        f"\nrelative L2 error after {seconds:g} s\n\n| method | "
        + " | ".join(n for n, _ in PROBLEMS)
        + " |\n|---|---|---|"
    )
    for method in METHODS:
        cells = []
        for name, _ in PROBLEMS:
            (found,) = compare(load(SPECS / f"{name}.pde"), [method], seconds, 1)
            cells.append(f"{found.finals[0]:.1e} in {found.runs[0].history[-1].step} steps")
        print(f"| `{method}` | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
