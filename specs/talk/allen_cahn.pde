pde 1
title "Allen-Cahn 1+1D, as published with ANaGRAM"
param eps = 1e-3
domain x in [-1, 1]
time t in [0, 1]
field u(x, t)

equation: dt(u) - eps*dxx(u) - 5*(u - u^3) = 0
initial:  u = x^2*cos(pi*x)
boundary: u = -1  on x = -1, x = 1

reference: u from "../references/allen_cahn.csv"

solve {
  network         = mlp(20, 20, 20, deviation = 0.1, inputs = raw)
  points.equation = grid(56, 29)
  points.initial  = grid(33)
  points.boundary = grid(33)
  method          = anagram(cutoff = relative(4.5e-7), rows = unscaled)
}
