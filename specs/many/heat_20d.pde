pde 1
title "Heat in 20 coordinates, a sum"
domain x[1:20] in [0, 1]
time t in [0, 0.1]
field u(x, t)

equation: dt(u) = laplacian(u)
boundary: u = exact(u)  on all
initial: u = exact(u)

exact u = sum(cos(pi*x[k])*exp(-pi^2*t) + x[k]^3 + 6*x[k]*t, k in 1:20)
