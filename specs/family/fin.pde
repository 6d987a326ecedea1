pde 1
title "A cooling fin of any length"

param L in [0.5, 2], m in [1, 2]
domain x in [0, L]
field T(x)

equation: -dxx(T) + m^2*T = 0
boundary base: T = 1  on x = 0
boundary tip: dn(T) = 0  on x = L

exact T = cosh(m*(L - x))/cosh(m*L)

report heat = integral(dn(T), on = x = 0)
report all = integral(m^2*T)
