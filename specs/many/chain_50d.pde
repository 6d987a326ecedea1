pde 1
title "Poisson in 50 coordinates, products of neighbours"
domain x[1:50] in [0, 1]
field u(x)

equation: laplacian(u) = -exact(u)
boundary: u = exact(u)  on all

exact u = sum(sin(0.6*x[k] + 0.8*x[k+1]), k in 1:49)
