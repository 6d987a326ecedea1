pde 1
title "A diffusivity from ten values"

unknown a = 1 in [0.01, 10]
domain x in [0, 1]
time t in [0, 1]
field u(x, t)

equation: dt(u) = a*dxx(u)
initial:  u = sin(pi*x)
boundary: u = 0  on all

data probes: u from "data/diffusion.csv"
