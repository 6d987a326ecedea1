size(200, 200);
background(255);
noStroke();
fill(0, 102);
rect(10, 10, 50, 50);
