/**
 * Particles, after a well known exercise.
 */
ArrayList<Particle> particles;
PVector gravity = new PVector(0, 0.1);

class Particle {
  PVector position;
  Particle(PVector start) { position = start.copy(); }
  boolean isDead() { return position.y > height; }
}
