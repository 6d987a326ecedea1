pde 1
title "Laplace on an L, singular at the corner"
domain (x, y) = box([-1, -1], [1, 1]) - box([0, 0], [1, 1])
part inner: x >= 0 and y >= 0
field u(x, y)
let phi = atan2(x - y, -x - y)  # the angle from the axis of the L

equation:       laplacian(u) = 0
boundary inner: u = 0  on inner
boundary outer: u = exact(u)  on not inner

exact u = (x^2 + y^2)^(1/3)*cos(2/3*phi)
