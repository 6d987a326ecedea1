pde 1
title "Helmholtz's equation below its first resonance, for all wavenumbers"

param k in [0.5, 4]
domain x in [0, 1], y in [0, 1]
field u(x, y)

equation: laplacian(u) + k^2*u = sin(pi*x)*sin(pi*y)
boundary: u = 0  on all

exact u = sin(pi*x)*sin(pi*y)/(k^2 - 2*pi^2)
