pde 1
title "Robin on an annulus"
let ring = annulus([0, 0], 0.5, 1)
domain (x, y) = ring
field u(x, y)
equation:       laplacian(u) = 0
boundary outer: u = x^2 - y^2  on x^2 + y^2 = 1
boundary inner: dn(u) + u = -3*(x^2 - y^2)  on x^2 + y^2 < 0.5
exact u = x^2 - y^2
