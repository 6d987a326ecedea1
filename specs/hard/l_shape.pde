pde 1
title "An L under a constant load"

# The integral of u is 0.21407580268 (published: twice the energy).
domain (x, y) = box([-1, -1], [1, 1]) - box([0, -1], [1, 0])
field u(x, y)
equation: -laplacian(u) = 1
boundary: u = 0  on all
report held = integral(u)
