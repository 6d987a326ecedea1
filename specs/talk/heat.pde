pde 1
title "Heat 1+1D, as published with ANaGRAM"
domain x in [0, 1]
time t in [0, 1]
field u(x, t)

equation: dt(u) = dxx(u)/4
initial:  u = sin(pi*x)
boundary: u = 0  on all

exact u = exp(-pi^2*t/4)*sin(pi*x)

solve {
  network         = mlp(64, deviation = 0.1, inputs = raw)
  points.equation = grid(28)
  points.initial  = grid(29)
  points.boundary = grid(29)
  method          = anagram(cutoff = fixed(1e-5), rows = unscaled)
}
