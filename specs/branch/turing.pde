pde 1
title "The onset of a pattern: Schnakenberg's reaction, one species diffuses q times as fast"

param q = 5, a = 0.1, b = 0.9, g = 20
domain x in [0, 1]
time t in [0, 0.5]
field u(x, t), v(x, t)

equation: dt(u) = dxx(u) + g*(a - u + u^2*v)
equation: dt(v) = q*dxx(v) + g*(b - u^2*v)
boundary: dn(u) = 0  on all
boundary: dn(v) = 0  on all
initial: u = a + b + cos(pi*x)/100
initial: v = b/(a + b)^2

report left = u  at (0)
