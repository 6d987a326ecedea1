pde 1
title "A corner that turns back, with any absorption"

param k in [0, 4]
domain (x, y) = box([-1, -1], [1, 1]) - box([0, 0], [1, 1])
field u(x, y)

let phi = atan2(x - y, -x - y)  # the angle from the axis of the L

equation: -laplacian(u) + k*u = k*exact(u)
boundary: u = exact(u)  on all

exact u = exp(-k/2)*(x^2 + y^2)^(1/3)*cos(2/3*phi) + k*x*y
