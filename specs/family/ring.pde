pde 1
title "Heat through a pipe of any thickness"

param r in [0.1, 0.5]
domain (x, y) = disk([0, 0], 1) - disk([0, 0], r)
field u(x, y)

equation: laplacian(u) = 0
boundary outside: u = 0  on x^2 + y^2 = 1
boundary inside:  u = 1  on x^2 + y^2 = r^2

exact u = log(x^2 + y^2)/(2*log(r))

report heat = -integral(dn(u), on = x^2 + y^2 = 1)
