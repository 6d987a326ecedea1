pde 1
title "Poisson, 10D"
param n = 10
domain x[1:n] in [0, 1]
field u(x)

equation: laplacian(u) = -exact(u)
boundary: u = exact(u)  on all

exact u = cos(sum(x[k], k in 1:n)/sqrt(n))
