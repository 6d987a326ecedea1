pde 1
title "Poisson in 10 coordinates, products of pairs"
domain x[1:10] in [0, 1]
field u(x)

equation: laplacian(u) = -2*pi^2*exact(u)
boundary: u = exact(u)  on all

exact u = sum(sin(pi*x[2*k-1])*sin(pi*x[2*k]), k in 1:5)
