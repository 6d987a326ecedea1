pde 1
title "A diffusivity that depends on the concentration, from a front"

unknown function D(u) = 0.1 in [0, inf]
domain x in [0, 1]
time t in [0, 1]
field u(x, t)

equation: dt(u) = dx(D(u)*dx(u))
initial:  u = cos(pi*x/2)^2
boundary: dx(u) = 0  on all

data: u from "data/law.csv"  noise 0.005
