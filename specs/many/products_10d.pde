pde 1
title "Laplace in 10 coordinates, products of pairs"
domain x[1:10] in [0, 1]
field u(x)

equation: laplacian(u) = 0
boundary: u = exact(u)  on all

exact u = sum(x[2*k-1]*x[2*k], k in 1:5)
