"""Specs that are right in every way, for tests to solve or to spoil."""

GOOD = """pde 1
title "Heat"
param a = 0.25
domain x in [0, 1]
time t in [0, 1]
field u(x, t)
let D(w) = dt(w) - a*dxx(w)

equation: D(u) = 0
initial:  u = sin(pi*x)
boundary: u = 0  on x = 0, x = 1

exact u = exp(-a*pi^2*t)*sin(pi*x)
"""

HEAT = f"""{GOOD}
solve {{
  network = mlp(8, 8)
  points  = 200
  steps   = 5
}}
"""

FLOW = """pde 1
title "Flow & <b>"  # a comment
param k = 2
domain x in [0, 1], y in [0, 2]
field u(x, y), v(x, y)
vector U = (u, v)
equation first: laplacian(u) - k*u = 0
equation second: div(U) = 0
boundary: U = exact(U)  on all
exact u = cos(x)*exp(sqrt(3)*y)
exact v = sin(x)*exp(sqrt(3)*y)/sqrt(3)
"""

LAYER = """pde 1
title "A layer"
param eps = 0.1, a = 1
domain x in [0, 1]
field u(x)
equation: -eps*dxx(u) + u = a
boundary: u = 0 on all
exact u = a - a*cosh((x - 1/2)/sqrt(eps))/cosh(1/(2*sqrt(eps)))
"""

STEFAN = """pde 1
title "A front"
domain x in [0, s]
time t in [0, 1]
field u(x, t), s(t)
equation heat: dt(u) = dxx(u)
boundary melt: u = 0  on x = s
boundary front: dt(s) = -dn(u)  on x = s
boundary hot: u = exp(t + 0.5) - 1  on x = 0
initial: u = exp(0.5 - x) - 1
initial: s = 0.5
exact u = exp(t + 0.5 - x) - 1
exact s = t + 0.5
report held = integral(u)
report here = u  at (0.7)
report top = maximum(u)
report flux = integral(dn(u), on = x = s)
"""

CAVITY = """pde 1
param Re = 100
domain x in [0, 1], y in [0, 1]
field u(x, y), v(x, y), p(x, y)
vector U = (u, v)
equation momentum: EXTRA + grad(p) = laplacian(U)/Re
equation mass: div(U) = 0
boundary lid: U = [1, 0]  on y = 1
boundary walls: U = 0  on x = 0, x = 1, y = 0
constraint gauge: p = 0  at (0.5, 0)
"""

DECAY = """pde 1
unknown a = 1 in [0.01, 10]
domain x in [0, 1]
time t in [0, 1]
field u(x, t)
equation: dt(u) = a*dxx(u)
initial: u = sin(pi*x)
boundary: u = 0  on all
data probes: u from "probes.csv"
"""

SOURCE = """pde 1
unknown field q(x)
domain x in [0, 1]
field u(x)
equation: -dxx(u) = q
boundary: u = 0  on all
data probes: u from "source.csv"  noise 1e-3
exact q = (3*x + x^2)*exp(x)
"""

RING = """pde 1
param r in [0.2, 0.6]
domain (x, y) = disk([0, 0], 1) - disk([0, 0], r)
field u(x, y)
equation: laplacian(u) = 0
boundary: u = 0  on x^2 + y^2 = 1
boundary: dn(u) = 1/r  on x^2 + y^2 = r^2
exact u = -log(x^2 + y^2)/2
report outflow = integral(dn(u), on = x^2 + y^2 = 1)
report area = integral(1)
report most = maximum(u)
"""
"""Outside of a disk of any size."""
BENT = """pde 1
param a in [-1, 1], k in [1, 20]
domain x in [0, 1]
field u(x)
let w = a*sin(pi*x)/k
equation: -dxx(u) + u^3 = pi^2*w + w^3
boundary: u = 0  on all
exact u = a*sin(pi*x)/k
"""
"""A family of nonlinear problems with a known solution."""
