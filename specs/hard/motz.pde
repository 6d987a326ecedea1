pde 1
title "Motz's problem: a condition that changes on a straight side"

# u = sum a_k r^(k + 1/2) cos((k + 1/2) theta) about the origin, a_0 = 401.162453745234...; at r = 0.1 it is known to 13 digits.
domain x in [-1, 1], y in [0, 1]
field u(x, y)
equation: laplacian(u) = 0
boundary: u = 0      on y = 0 and x < 0
boundary: dn(u) = 0  on y = 0 and x > 0, y = 1, x = -1
boundary: u = 500    on x = 1
report near = u  at (0.1, 0)
