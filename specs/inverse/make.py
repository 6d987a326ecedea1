"""The data of the specs in this folder, each from a solution that owes nothing to pdedsl: `python specs/inverse/make.py`.

Closed formulas where there are any; else collocation and initial value problems of SciPy, to ten digits and more.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.integrate import solve_bvp, solve_ivp
from scipy.sparse import diags

HERE = Path(__file__).parent / "data"


def write(name: str, **columns: np.ndarray) -> None:
    """A table with a column for each array."""
    rows = zip(*columns.values(), strict=True)
    text = "\n".join([",".join(columns), *(",".join(f"{float(v):.15g}" for v in row) for row in rows)])
    (HERE / f"{name}.csv").write_text(text + "\n")


def diffusion(a: float = 0.3) -> None:
    """The slowest mode of a rod at ten points."""
    x, t = np.random.default_rng(1).uniform(0, 1, (2, 10))
    write("diffusion", x=x, t=t, u=np.exp(-a * np.pi**2 * t) * np.sin(np.pi * x))


def brinkman(ve: float = 1e-3, k: float = 1e-3, v: float = 1e-3, e: float = 0.4) -> None:
    """Flow through a porous channel at five points, by its formula."""
    x = np.array([0.02, 0.06, 0.1, 0.2, 0.5])
    r = np.sqrt(v * e / (ve * k))
    write("brinkman", x=x, u=k / v * (1 - np.cosh(r * (x - 0.5)) / np.cosh(r / 2)))


def lorenz(s: float = 10.0, r: float = 15.0, b: float = 8 / 3) -> None:
    """Lorenz' equations at 25 times."""
    t = np.linspace(0, 3, 26)[1:]

    def law(t: float, u: np.ndarray) -> list[float]:
        return [s * (u[1] - u[0]), u[0] * (r - u[2]) - u[1], u[0] * u[1] - b * u[2]]

    x, y, z = solve_ivp(law, [0, 3], [-8, 7, 27], t_eval=t, rtol=1e-13, atol=1e-13, method="DOP853").y
    write("lorenz", t=t, x=x, y=y, z=z)


def burgers(nu: float = 0.1 / np.pi) -> None:
    """Burgers' equation by the transform of Cole and Hopf, 2000 points, clean and with one per cent of noise."""
    draw = np.random.default_rng(2)
    x, t = draw.uniform(-1, 1, 2000), draw.uniform(0, 1, 2000)
    nodes, weights = np.polynomial.hermite.hermgauss(180)
    y = x[:, None] - np.sqrt(4 * nu * t)[:, None] * nodes
    power = -np.cos(np.pi * y) / (2 * np.pi * nu)
    own = weights * np.exp(power - power.max(axis=1, keepdims=True))
    u = -(own * np.sin(np.pi * y)).sum(axis=1) / own.sum(axis=1)
    write("burgers", x=x, t=t, u=u)
    write("burgers_noisy", x=x, t=t, u=u + 0.01 * np.std(u) * draw.normal(size=2000))
    print(f"burgers_noisy: noise {0.01 * np.std(u):.3g}")


def reaction() -> None:
    """A reaction of varying rate at 100 points."""

    def law(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        k = 0.1 + np.exp(-((x - 0.5) ** 2) / (2 * 0.15**2))
        return np.stack([y[1], (k * y[0] + np.sin(2 * np.pi * x)) / 0.01])

    found = solve_bvp(
        law,
        lambda a, b: np.array([a[0], b[0]]),
        np.linspace(0, 1, 401),
        np.zeros((2, 401)),
        tol=1e-11,
        max_nodes=200_000,
    )
    x = np.linspace(0, 1, 102)[1:-1]
    write("reaction", x=x, u=found.sol(x)[0] + 0.01 * np.random.default_rng(3).normal(size=100))


def source() -> None:
    """`x (1 - x) exp x` at 100 points."""
    x = np.linspace(0, 1, 102)[1:-1]
    write("source", x=x, u=x * (1 - x) * np.exp(x) + 1e-3 * np.random.default_rng(4).normal(size=100))


def conductivity(noise: float, name: str, seed: int = 5) -> None:
    """A field that decays, at 2500 points of a square."""
    draw = np.random.default_rng(seed)
    x, y, t = draw.uniform(-1, 1, 2500), draw.uniform(-1, 1, 2500), draw.uniform(0, 1, 2500)
    u = np.exp(-t) * np.sin(np.pi * x) * np.sin(np.pi * y)
    write(name, x=x, y=y, t=t, u=u + noise * draw.normal(size=2500))


def flow(re: float = 20.0) -> None:
    """Velocities of Kovasznay's flow at 400 points, with noise; the pressure stays hidden."""
    draw, lam = np.random.default_rng(6), re / 2 - np.sqrt(re**2 / 4 + 4 * np.pi**2)
    x, y = draw.uniform(-0.5, 1, 400), draw.uniform(-0.5, 1.5, 400)
    u = 1 - np.exp(lam * x) * np.cos(2 * np.pi * y)
    v = lam / (2 * np.pi) * np.exp(lam * x) * np.sin(2 * np.pi * y)
    write("flow", x=x, y=y, u=u + 0.01 * draw.normal(size=400), v=v + 0.01 * draw.normal(size=400))


def flux(history: Callable[[float], float] = lambda t: np.sin(np.pi * t) ** 2 + 0.3 * np.sin(3 * np.pi * t)) -> None:
    """A wall heated on a face, two sensors inside: cosines in space, each an ordinary differential equation in time."""
    k = np.arange(400)
    times = np.linspace(0.02, 1, 50)
    speeds, weights = (np.pi * k) ** 2, np.where(k == 0, 1.0, 2.0)
    nodes, own = np.polynomial.legendre.leggauss(4000)
    found = np.zeros((len(times), len(k)))
    for row, t in enumerate(times):
        s = t * (1 - ((1 - nodes) / 2) ** 3)  # most of them late, where all modes live
        jacobian = own / 2 * 3 * t * ((1 - nodes) / 2) ** 2
        found[row] = weights * (np.exp(-speeds * (t - s)[:, None]) * (jacobian * history(s))[:, None]).sum(axis=0)
    # What the modes beyond these have is a series in 1/k^2 times the flux of the moment.
    rows = []
    for row, t in enumerate(times):
        for x in (0.3, 0.6):
            still = history(t) * (
                (1 - x) ** 2 / 2 - 1 / 6 - sum(2 * np.cos(np.pi * j * x) / (np.pi * j) ** 2 for j in k[1:])
            )
            rows.append((x, t, float(found[row] @ np.cos(np.pi * k * x)) + still))
    x, t, temperature = np.asarray(rows).T
    write("flux", x=x, t=t, T=temperature + 1e-3 * np.random.default_rng(7).normal(size=len(x)))


def leak(a: float = 0.63, b: float = 0.31, w: float = 0.1) -> None:
    """A smeared source in a square with cold sides, four sensors: a double series of sines."""
    k = np.arange(1, 61)
    nodes, weights = np.polynomial.legendre.leggauss(400)
    s = (nodes + 1) / 2
    x_part = (np.sin(np.pi * k[:, None] * s) * np.exp(-((s - a) ** 2) / (2 * w**2)) * weights / 2).sum(axis=1)
    y_part = (np.sin(np.pi * k[:, None] * s) * np.exp(-((s - b) ** 2) / (2 * w**2)) * weights / 2).sum(axis=1)
    modes = 4 * 10 * np.outer(x_part, y_part) / (np.pi**2 * (k[:, None] ** 2 + k[None, :] ** 2))
    x, y = np.array([0.2, 0.8, 0.2, 0.8]), np.array([0.2, 0.2, 0.8, 0.8])
    u = np.einsum("kn,kl,ln->n", np.sin(np.pi * np.outer(k, x)), modes, np.sin(np.pi * np.outer(k, y)))
    write("leak", x=x, y=y, u=u)


def front(stefan: float = 0.5) -> None:
    """A melting front at 20 times, with noise: Neumann's similarity solution."""
    from scipy.optimize import brentq
    from scipy.special import erf

    lam = brentq(lambda own: np.sqrt(np.pi) * own * np.exp(own**2) * erf(own) - stefan, 1e-3, 2)
    t = np.linspace(0.15, 1, 20)
    write("front", t=t, s=2 * lam * np.sqrt(t) + 1e-3 * np.random.default_rng(8).normal(size=20))
    start = 0.1
    print(f"front: s = {2 * lam * np.sqrt(start):.15g} at t = {start}, lam = {lam:.15g}")


def law(noise: float = 0.005) -> None:
    """A front that spreads with a diffusivity of `0.05 + 0.3 u^2`, by the method of lines."""
    x = np.linspace(0, 1, 801)
    step = x[1]

    def rate(t: float, u: np.ndarray) -> np.ndarray:
        flux = (0.05 + 0.3 * ((u[1:] + u[:-1]) / 2) ** 2) * np.diff(u) / step
        return np.concatenate([[2 * flux[0]], np.diff(flux), [-2 * flux[-1]]]) / step

    banded = diags([np.ones(800), np.ones(801), np.ones(800)], [-1, 0, 1])
    start, places, times = np.cos(np.pi * x / 2) ** 2, np.linspace(0.025, 0.975, 20), np.linspace(0.05, 1, 20)
    u = solve_ivp(rate, [0, 1], start, t_eval=times, method="BDF", rtol=1e-9, atol=1e-11, jac_sparsity=banded).y
    values = np.concatenate([np.interp(places, x, own) for own in u.T])
    values += noise * np.random.default_rng(9).normal(size=len(values))
    write("law", x=np.tile(places, 20), t=np.repeat(times, 20), u=values)


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for make in (diffusion, brinkman, lorenz, burgers, reaction, source, flow, flux, leak, front, law):
        make()
    conductivity(0.1, "conductivity")
    conductivity(0.01, "conductivity_fine")
