pde 1
title "A slab of wax melts: x [m], t [s], T [K], s [m]"

# One-phase Stefan problem: wax at its melting point, a wall that is warmer, and the front s(t) between
# (Neumann's solution; lam solves sqrt(pi)*lam*exp(lam^2)*erf(lam) = c*(Tw - Tm)/latent).
param k = 0.2, rho = 800, c = 2000, latent = 2e5   # W/(m K), kg/m^3, J/(kg K), J/kg
param Tm = 330, Tw = 350
param a = k/(rho*c), lam = 0.3064239053612112

domain x in [0, s]
time t in [100, 3600]
field T(x, t), s(t)

equation heat:  rho*c*dt(T) = k*dxx(T)
boundary melt:  T = Tm                       on x = s
boundary front: rho*latent*dt(s) = -k*dx(T)  on x = s
boundary wall:  T = Tw                       on x = 0
initial:        s = 2*lam*sqrt(a*100)
initial:        T = Tw - (Tw - Tm)*erf(x/(2*sqrt(a*100)))/erf(lam)

exact s = 2*lam*sqrt(a*t)
exact T = Tw - (Tw - Tm)*erf(x/(2*sqrt(a*t)))/erf(lam)
report held = integral(rho*c*(T - Tm))
