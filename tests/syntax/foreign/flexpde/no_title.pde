variables u,v
initial values
  u = 0
  v = 1
definitions a = 2
equations
  u: dt(u) = a*del2(u)
  v: dt(v) = del2(v) - u
boundaries
  region 1 start(0,0) line to (1,0) to (1,1) to (0,1) to close
time 0 to 10 by 0.1
end
