pde 1
title "Helmholtz, 2D"
param k = 5
domain x in [-1, 1], y in [-1, 1]
field u(x, y)

equation: laplacian(u) + k^2*u = (k^2 - 17*pi^2)*sin(pi*x)*sin(4*pi*y)
boundary: u = 0  on all  hard

exact u = sin(pi*x)*sin(4*pi*y)
