pde 1
title "Steady states of Allen-Cahn's equation: the first ones beside zero"

param lam = 5
domain x in [0, 1]
field u(x)

equation: dxx(u) + lam*(u - u^3) = 0
boundary: u = 0  on all
