pde 1
title "A sheet whose conductivity grows with its temperature"

param k = 1
domain x in [0, 1], y in [0, 1]
field u(x, y)

equation: div((1 + k*u^2)*grad(u)) = -10*sin(pi*x)*sin(pi*y)
boundary: u = 0  on all

report mid = u  at (1/2, 1/2)
