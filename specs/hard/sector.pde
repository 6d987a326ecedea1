pde 1
title "A disk without a quarter, under a constant load"

# At r = sqrt(1/2), half-way round, the series of sines has 0.09138037817365.
domain (x, y) = disk([0, 0], 1) - box([0, -1], [1, 0])
field u(x, y)
equation: -laplacian(u) = 1
boundary: u = 0  on all
report middle = u  at (-0.5, 0.5)
