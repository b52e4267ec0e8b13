export const vertex = `#version 300 es
void main() {
  vec2 corner = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}`;

// Works per screen pixel, so that its cost does not grow with the photo. `origin` is the photo's place of the canvas's upper
// left corner, `step` the photo's pixels per screen pixel.
export const fragment = `#version 300 es
precision highp float;
precision highp int;
uniform sampler2D photo;
uniform sampler2D ids;
uniform sampler2D other;
uniform sampler2D confidence;
uniform sampler2D palette;
uniform vec2 size;
uniform vec2 origin;
uniform vec2 canvas;
uniform float step_;
uniform float opacity;
uniform float divider;
uniform float line;
uniform float least;
uniform int mode;
out vec4 color;

int idAt(sampler2D mask, vec2 place) {
  ivec2 grid = textureSize(mask, 0);
  ivec2 cell = clamp(ivec2(place / size * vec2(grid)), ivec2(0), grid - 1);
  return int(texelFetch(mask, cell, 0).r * 255.0 + 0.5);
}

float sureAt(vec2 place) {
  vec2 grid = vec2(textureSize(confidence, 0));
  return texelFetch(confidence, clamp(ivec2(place / size * grid), ivec2(0), ivec2(grid) - 1), 0).r;
}

// Stripes stand for what is not sure enough.
vec4 classColor(int id) {
  if (id == 255 && least > 0.0) return mod(gl_FragCoord.x + gl_FragCoord.y, 8.0 * line / 0.75) < 2.5 * line / 0.75 ? vec4(0.1, 0.1, 0.1, 1.0) : vec4(0.0);
  return texelFetch(palette, ivec2(id, 0), 0);
}

int shownAt(vec2 place) { return least > 0.0 && sureAt(place) * 255.0 < least - 0.001 ? 255 : idAt(ids, place); }

// Four samples a screen pixel soften the stairs of class borders.
vec4 classes(bool own, vec2 place) {
  vec4 sum = vec4(0.0);
  for (int i = 0; i < 4; i++) {
    vec2 offset = (vec2(i & 1, i >> 1) - 0.5) * 0.5 * step_;
    vec4 c = classColor(own ? shownAt(place + offset) : idAt(other, place + offset));
    sum += vec4(c.rgb * c.a, c.a);
  }
  return sum / 4.0;
}

vec4 outlines(vec2 place) {
  int id = shownAt(place);
  vec4 own = classColor(id);
  float inner = 0.0;
  float outer = 0.0;
  for (int i = 0; i < 8; i++) {
    float angle = float(i) * 0.7853982;
    vec2 direction = vec2(cos(angle), sin(angle)) * step_ * line;
    if (shownAt(place + direction * 3.0) != id) inner = 1.0;
    if (shownAt(place + direction) != id) outer = 1.0;
  }
  if (id == 255 && least > 0.0) return own;
  if (own.a == 0.0) return vec4(0.0);
  return outer > 0.0 ? vec4(own.a) : vec4(own.rgb, 1.0) * own.a * inner;
}

// How many of four samples a screen pixel the two masks differ in.
float differing(vec2 place) {
  float sum = 0.0;
  for (int i = 0; i < 4; i++) {
    vec2 at = place + (vec2(i & 1, i >> 1) - 0.5) * 0.5 * step_;
    if (idAt(ids, at) != idAt(other, at)) sum += 0.25;
  }
  return sum;
}

// Finer where models mostly are: the legend beside it has the same steps.
vec3 steps(float value) {
  if (value < 0.5) return vec3(0.27, 0.00, 0.33);
  if (value < 0.7) return vec3(0.27, 0.23, 0.51);
  if (value < 0.8) return vec3(0.19, 0.41, 0.56);
  if (value < 0.9) return vec3(0.13, 0.57, 0.55);
  if (value < 0.95) return vec3(0.21, 0.72, 0.47);
  if (value < 0.98) return vec3(0.56, 0.84, 0.27);
  return vec3(0.99, 0.91, 0.15);
}

float greyOf(vec3 shade) { return dot(shade, vec3(0.299, 0.587, 0.114)); }

// A class over the photo's light and dark, softened, and not over its colours: so it has the tint that the legend shows.
vec3 tinted(vec3 under, vec4 over) {
  return mix(under, vec3(0.18 + 0.7 * greyOf(under)), min(1.0, 2.0 * over.a)) * (1.0 - over.a) + over.rgb;
}

void main() {
  vec2 screen = vec2(gl_FragCoord.x, canvas.y - gl_FragCoord.y);
  vec2 place = origin + screen * step_;
  vec3 under = textureLod(photo, clamp(place / size, 0.0, 1.0), log2(max(1.0, step_ * float(textureSize(photo, 0).x) / size.x))).rgb;
  vec3 result = under;
  if (mode == 5) {
    float grey = greyOf(under) * 0.75;
    result = mix(vec3(grey), vec3(1.0, 0.25, 0.55), differing(place) * opacity);
  } else if (mode == 4) {
    vec4 over = opacity * (screen.x < divider * canvas.x ? classes(true, place) : classes(false, place));
    result = tinted(under, over);
  } else if (mode == 3) {
    result = mix(vec3(greyOf(under)), steps(sureAt(place)), opacity);
  } else if (mode == 2) {
    vec4 over = outlines(place) * min(1.0, opacity * 1.6);
    result = under * (1.0 - over.a) + over.rgb;
  } else if (mode == 0 || screen.x >= divider * canvas.x) {
    result = tinted(under, classes(true, place) * opacity);
  }
  bool inside = place.x >= 0.0 && place.y >= 0.0 && place.x < size.x && place.y < size.y;
  color = inside ? vec4(result, 1.0) : vec4(0.0);
}`;
