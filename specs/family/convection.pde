pde 1
title "Convection and diffusion, for a tenfold range of diffusivities"

param eps in [0.1, 1]
domain x in [0, 1]
field u(x)

equation: -eps*dxx(u) + dx(u) = 1
boundary: u = 0  on all

exact u = x - (exp((x - 1)/eps) - exp(-1/eps))/(1 - exp(-1/eps))

report top   = maximum(u)
report total = integral(u)
