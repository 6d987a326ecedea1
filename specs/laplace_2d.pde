pde 1
title "Laplace, 2D"
domain x in [0, 1], y in [0, 1]
field u(x, y)

equation: laplacian(u) = -2*pi^2*sin(pi*x)*sin(pi*y)
boundary: u = 0  on all  hard

exact u = sin(pi*x)*sin(pi*y)
