pde 1
title "A beam under a point load: x [m], w [m]"
param EI = 2e4, P = 1000, L = 3, a = 1
domain x in [0, L]
field w(x)

equation: EI*dxxxx(w) = P*delta(x - a)
boundary: w = 0       on all
boundary: dxx(w) = 0  on all

exact w = P*where(x < a, (L - a)*x*(L^2 - (L - a)^2 - x^2), a*(L - x)*(L^2 - a^2 - (L - x)^2))/(6*L*EI)
