"""Make the reference tables of this folder: `python specs/references/make.py [NAME ...]`.

Allen-Cahn: Chebyshev collocation in space, Radau IIA in time; the table is kept only if two resolutions agree to 1e-7.
Burgers: the Cole-Hopf integral by Gauss-Hermite quadrature, with logarithms of sums of exponentials; likewise.
Stokes in a cavity: the stream function by a Legendre-Galerkin method with clamped functions; likewise.
Kuramoto-Sivashinsky, Gray-Scott: Fourier series and exponential time differencing of fourth order; likewise.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.polynomial import Legendre
from scipy.integrate import solve_ivp
from scipy.interpolate import BarycentricInterpolator
from scipy.special import logsumexp

HERE = Path(__file__).parent
X = np.linspace(-1, 1, 201)
T = np.linspace(0, 1, 51)


def allen_cahn(n: int, rtol: float) -> np.ndarray:
    """u(x, t) on X and T, shape (51, 201), for u_t = 1e-3 u_xx + 5 (u - u^3), u = -1 at both ends.

    The solution is even in x, so half of the interval with u_x = 0 at the centre carries n collocation points.
    """
    nodes, matrix = chebyshev(n)
    x = (nodes + 1) / 2
    first = 2 * matrix
    second = first @ first
    start = x**2 * np.cos(np.pi * x)
    inner = slice(1, n)

    def complete(u: np.ndarray) -> np.ndarray:
        full = np.empty(n + 1)
        full[0], full[inner] = -1.0, u
        full[n] = -(first[n, :n] @ full[:n]) / first[n, n]
        return full

    # The right end is Dirichlet, the centre Neumann: both are eliminated, so the system is an ordinary one.
    lift = np.zeros((n + 1, n - 1))
    lift[inner] = np.eye(n - 1)
    lift[n] = -first[n, inner] / first[n, n]
    linear = 1e-3 * (second @ lift)[inner]
    constant = 1e-3 * (second @ complete(np.zeros(n - 1)))[inner]
    found = solve_ivp(
        lambda t, u: linear @ u + constant + 5 * (u - u**3),
        (0, 1),
        start[inner],
        "Radau",
        T,
        rtol=rtol,
        atol=rtol / 10,
        jac=lambda t, u: linear + np.diag(5 - 15 * u**2),
    )
    table = [BarycentricInterpolator(x, complete(u))(np.abs(X)) for u in found.y.T]
    table[0] = X**2 * np.cos(np.pi * X)
    return np.asarray(table)


def chebyshev(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Chebyshev points from 1 to -1 and the differentiation matrix (Trefethen, Spectral Methods in MATLAB, 6)."""
    k = np.arange(n + 1)
    x = np.sin(np.pi * (n - 2 * k) / (2 * n))
    c = np.where((k == 0) | (k == n), 2.0, 1.0) * (-1.0) ** k
    theta = np.pi * k / n
    half = theta[:, None] / 2, theta[None, :] / 2
    difference = -2 * np.sin(half[0] + half[1]) * np.sin(half[0] - half[1])
    matrix = np.outer(c, 1 / c) / (difference + np.eye(n + 1))
    return x, matrix - np.diag(matrix.sum(axis=1))


def burgers(nodes: int, viscosity: float = 0.01 / np.pi) -> np.ndarray:
    """u(x, t) on X and T, shape (51, 201), for u_t + u u_x = nu u_xx, u(x, 0) = -sin(pi x)."""
    z, w = np.polynomial.hermite.hermgauss(nodes)
    table = [-np.sin(np.pi * X)]
    for t in T[1:]:
        y = X[:, None] - np.sqrt(4 * viscosity * t) * z[None, :]
        exponent = -np.cos(np.pi * y) / (2 * np.pi * viscosity)
        # u = -int sin(pi y) f(y) dy / int f(y) dy, signs carried apart from the logarithms.
        top, sign = logsumexp(exponent, axis=1, b=-w * np.sin(np.pi * y), return_sign=True)
        table.append(sign * np.exp(top - logsumexp(exponent, axis=1, b=w)))
    return np.asarray(table)


def stokes_cavity(n: int) -> np.ndarray:
    """u and v on a grid of the unit square, columns x, y, u, v, for Stokes flow under a lid of speed 16 x^2 (1 - x)^2.

    The stream function is the lid's own g(x) (y^3 - y^2) plus products of s^2 (1 - s)^2 P_k(2 s - 1), n^2 of them.
    """
    s = Legendre.identity([0, 1])
    clamped = s**2 * (1 - s) ** 2
    basis = [clamped * Legendre.basis(k, [0, 1]) for k in range(n)]
    nodes, weights = np.polynomial.legendre.leggauss(2 * n + 10)
    nodes, weights = (nodes + 1) / 2, weights / 2

    def table(order: int, at: np.ndarray) -> np.ndarray:
        return np.stack([b.deriv(order)(at) if order else b(at) for b in basis])

    values, slopes, bends = (table(order, nodes) for order in range(3))
    mass, slope, bend = ((f * weights) @ f.T for f in (values, slopes, bends))
    g, h = 16 * clamped, s**3 - s**2
    matrix = np.kron(bend, mass) + 2 * np.kron(slope, slope) + np.kron(mass, bend)
    load = sum(
        factor * np.outer((values * weights) @ g.deriv(a)(nodes), (values * weights) @ h.deriv(b)(nodes))
        for factor, a, b in ((1, 4, 0), (2, 2, 2))
    )
    stream = np.linalg.solve(matrix, -np.asarray(load).ravel()).reshape(n, n)
    axis = np.linspace(0, 1, 41)
    at, slope_at = table(0, axis), table(1, axis)
    u = np.outer(g(axis), h.deriv()(axis)) + at.T @ stream @ slope_at
    v = -np.outer(g.deriv()(axis), h(axis)) - slope_at.T @ stream @ at
    x, y = np.meshgrid(axis, axis, indexing="ij")
    return np.stack([x.ravel(), y.ravel(), u.ravel(), v.ravel()], axis=1)


def evolved(
    linear: np.ndarray, rest: Callable[[np.ndarray], np.ndarray], start: np.ndarray, step: float, times: np.ndarray
) -> np.ndarray:
    """Fourier coefficients at some times, for `v' = linear*v + rest(v)`, by the scheme of Cox and Matthews.

    Its coefficients are means over a circle round each number (Kassam and Trefethen, SIAM J. Sci. Comput. 26, 2005).
    """
    circle = step * linear[..., None] + np.exp(1j * np.pi * (np.arange(64) + 0.5) / 64)

    def mean(values: np.ndarray) -> np.ndarray:
        return step * np.real(np.mean(values, axis=-1))

    grown, half = np.exp(step * linear), np.exp(step * linear / 2)
    first = mean((np.exp(circle / 2) - 1) / circle)
    a = mean((-4 - circle + np.exp(circle) * (4 - 3 * circle + circle**2)) / circle**3)
    b = mean((2 + circle + np.exp(circle) * (circle - 2)) / circle**3)
    c = mean((-4 - 3 * circle - circle**2 + np.exp(circle) * (4 - circle)) / circle**3)
    v, found, between = start, [start], round(float(times[1] - times[0]) / step)
    for n in range(1, between * (len(times) - 1) + 1):
        now = rest(v)
        early = half * v + first * now
        middle = rest(early)
        late = rest(half * v + first * middle)
        ended = rest(half * early + first * (2 * late - now))
        v = grown * v + a * now + 2 * b * (middle + late) + c * ended
        if n % between == 0:
            found.append(v)
    return np.asarray(found)


def rows(x: np.ndarray, times: np.ndarray, *fields: np.ndarray) -> np.ndarray:
    """Columns x, t and one for each field of shape (times, x)."""
    t, at = np.meshgrid(times, x, indexing="ij")
    return np.stack([at.ravel(), t.ravel(), *(own.ravel() for own in fields)], axis=1)


def kuramoto_sivashinsky(n: int, step: float) -> np.ndarray:
    """Columns x, t, u, for u_t = -u u_x - u_xx - u_xxxx on [0, 32 pi], from cos(x/16) (1 + sin(x/16))."""
    x, k = 32 * np.pi * np.arange(n) / n, np.fft.fftfreq(n, 1 / n) / 16
    held = np.abs(k) < n / 48
    start = np.fft.fft(np.cos(x / 16) * (1 + np.sin(x / 16)))

    def rest(v: np.ndarray) -> np.ndarray:
        return -0.5j * k * held * np.fft.fft(np.real(np.fft.ifft(held * v)) ** 2)

    times = np.linspace(0, 20, 21)
    found = evolved(k**2 - k**4, rest, start, step, times)
    return rows(x[:: n // 64], times, np.real(np.fft.ifft(found))[:, :: n // 64])


def gray_scott(n: int, step: float) -> np.ndarray:
    """Columns x, t, u, v: a pulse that splits, for u_t = u_xx + b (1 - u) - u v^2, v_t = v_xx/100 - d v + u v^2."""
    x, k = 50 * np.arange(n) / n - 25, np.fft.fftfreq(n, 1 / n) * np.pi / 25
    b, d = 0.02, 0.0862
    pulse = np.sin(np.pi * (x - 25) / 50) ** 24
    start = np.fft.fft(np.stack([1 - pulse / 2, pulse / 4]))
    ones = np.fft.fft(np.ones(n))

    def rest(w: np.ndarray) -> np.ndarray:
        u, v = np.real(np.fft.ifft(w))
        made = np.fft.fft(u * v**2)
        return np.stack([b * ones - made, made])

    times = np.linspace(0, 100, 21)
    found = np.real(np.fft.ifft(evolved(np.stack([-(k**2) - b, -(k**2) / 100 - d]), rest, start, step, times)))
    return rows(x[:: n // 128], times, *np.moveaxis(found, 1, 0)[:, :, :: n // 128])


def difference(coarse: np.ndarray, fine: np.ndarray) -> float:
    """The largest difference of two tables."""
    return float(np.abs(coarse - fine).max())


def save(name: str, coarse: np.ndarray, fine: np.ndarray) -> None:
    """Check the convergence and write `name.csv`; a table over X and T gets the columns x, t, u."""
    apart = difference(coarse, fine)
    print(f"{name}: two resolutions differ by {apart:.1e}")
    if apart > 1e-7:
        raise SystemExit(f"{name}: not converged")
    header = {"stokes_cavity": "x,y,u,v", "gray_scott": "x,t,u,v"}.get(name, "x,t,u")
    if len(fine) == len(T):
        t, x = np.meshgrid(T, X, indexing="ij")
        fine = np.stack([x.ravel(), t.ravel(), fine.ravel()], axis=1)
    formats = ["%.15g", "%.6g", *["%.12g"] * (fine.shape[1] - 2)]
    np.savetxt(HERE / f"{name}.csv", fine, formats, delimiter=",", header=header, comments="")


TABLES: dict[str, Callable[[], tuple[np.ndarray, np.ndarray]]] = {
    "allen_cahn": lambda: (allen_cahn(300, 1e-11), allen_cahn(400, 1e-12)),
    "burgers": lambda: (burgers(140), burgers(180)),
    "stokes_cavity": lambda: (stokes_cavity(30), stokes_cavity(40)),
    "kuramoto_sivashinsky": lambda: (kuramoto_sivashinsky(384, 1 / 800), kuramoto_sivashinsky(512, 1 / 1600)),
    "gray_scott": lambda: (gray_scott(384, 1 / 40), gray_scott(512, 1 / 80)),
}

if __name__ == "__main__":
    for name in sys.argv[1:] or TABLES:
        save(name, *TABLES[name]())
