pde 1
title "Poisson on a disk"
domain (x, y) = disk([0, 0], 1)
field u(x, y)

equation: -laplacian(u) = (3 + 4*x + x^2 + y^2)*exp(x)
boundary: u = 0  on all

exact u = (1 - x^2 - y^2)*exp(x)
