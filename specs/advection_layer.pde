pde 1
title "Advection-diffusion with boundary layers"
param eps = 0.05
domain x in [0, 1], y in [0, 1]
field u(x, y)
let D(w) = dx(w) + dy(w) - eps*laplacian(w)
let layer(s) = s*(1 - exp((s - 1)/eps))

equation: D(u) = D(exact(u))
boundary: u = 0  on all

exact u = layer(x)*layer(y)
