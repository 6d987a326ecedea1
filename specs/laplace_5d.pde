pde 1
title "Laplace, 5D"
domain x[1:5] in [0, 1]
field u(x)
let s = sum(sin(pi*x[k]), k in 1:5)

equation: laplacian(u) = -pi^2*s
boundary: u = s  on all

exact u = s
