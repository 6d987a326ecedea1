pde 1
title "A clamped plate under a load"
domain x in [0, 1], y in [0, 1]
field w(x, y)

equation:          laplacian(laplacian(w)) = laplacian(laplacian(exact(w)))
boundary edge:     w = 0  on all
boundary clamping: dn(w) = 0  on all

exact w = sin(pi*x)^2*sin(pi*y)^2
