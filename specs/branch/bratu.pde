pde 1
title "Bratu's problem: two solutions, up to a fold"

param lam = 1
domain x in [0, 1]
field u(x)

equation: dxx(u) + lam*exp(u) = 0
boundary: u = 0  on all

report top = u  at (1/2)
