pde 1
title "Steady states of Allen-Cahn's equation: the first ones beside zero"

param lam = 5
domain x in [0, 1]
time t in [0, 1]
field u(x, t)

equation: dt(u) = dxx(u) + lam*(u - u^3)
boundary: u = 0  on all
initial: u = 0

report size = integral(u^2)
