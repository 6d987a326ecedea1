#include <Servo.h>
int led = 13;

void setup() {
  pinMode(led, OUTPUT);
}
