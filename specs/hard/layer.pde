pde 1
title "A boundary layer of one ten-thousandth"
param eps = 1e-4
domain x in [0, 1]
field u(x)

equation: -eps*dxx(u) + dx(u) = 1
boundary: u = 0  on all

exact u = x - (exp((x - 1)/eps) - exp(-1/eps))/(1 - exp(-1/eps))
