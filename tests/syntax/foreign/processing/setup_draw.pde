// A bouncing ball
float x = 100;
float speed = 2.5;

void setup() {
  size(640, 360);
}

void draw() {
  background(0);
  x = x + speed;
  ellipse(x, height/2, 20, 20);
}
