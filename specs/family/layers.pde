pde 1
title "Layers of convection and diffusion, for a thousandfold range of diffusivities"

param eps in [1e-3, 1]
domain x in [0, 1]
field u(x)

equation: -eps*dxx(u) + dx(u) = 1
boundary: u = 0  on all

exact u = x - (exp((x - 1)/eps) - exp(-1/eps))/(1 - exp(-1/eps))
