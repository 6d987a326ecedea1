pde 1
title "Two layers that cross"
param eps = 1e-3
domain x in [0, 1], y in [0, 1]
field u(x, y)
let f = x - (exp((x - 1)/eps) - exp(-1/eps))/(1 - exp(-1/eps))
let g = y - (exp((y - 1)/eps) - exp(-1/eps))/(1 - exp(-1/eps))

equation: -eps*laplacian(u) + dx(u) + dy(u) = f + g
boundary: u = 0  on all

exact u = f*g
