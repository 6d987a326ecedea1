import processing.sound.*;
import java.util.Map;

SoundFile file;
final int COUNT = 3;
String[] names = { "a", "b" };

public void setup() {
  fullScreen();
}
