pde 1
title "Pure Neumann on a disk"
domain (x, y) = disk([0, 0], 1)
field u(x, y)

equation:         -laplacian(u) = -6*x
boundary rim:     dn(u) = 3*x^3  on all
constraint gauge: integral(u) = 0

exact u = x^3
report flux = integral(dn(u), on = all)
