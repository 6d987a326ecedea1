pde 1
title "Poisson in 100 coordinates, a sum"
domain x[1:100] in [0, 1]
field u(x)

equation: laplacian(u) = -pi^2*exact(u)
boundary: u = exact(u)  on all

exact u = sum(sin(pi*x[k]), k in 1:100)
