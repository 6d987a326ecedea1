pde 1
title "Eady's instability: speed and growth of a wave as a complex number"

# phi = a + i b, c = speed + i growth: (z - c) phi' = phi at the bottom and at the top.
unknown speed = 0.1, growth = 0.3
param mu = 1.6
domain z in [-0.5, 0.5]
field a(z), b(z)

equation:         dzz(a) = mu^2*a
equation:         dzz(b) = mu^2*b
boundary real:    (z - speed)*dz(a) + growth*dz(b) = a  on all
boundary imag:    (z - speed)*dz(b) - growth*dz(a) = b  on all
constraint phase: b = 0  at (0)
constraint size:  a = 1  at (0)
