// Makes rle.txt and polygons.txt beside this file with COCO's own mask API, of which pycocotools is the wrapper:
//   git clone https://github.com/cocodataset/cocoapi (commit 8c9bcc3cf640524c4c20a9c40e89cb6a2f2fa0e9)
//   gcc -w -I cocoapi/common tests/golden/coco/make.c cocoapi/common/maskApi.c -lm -o make && ./make tests/golden/coco
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include "maskApi.h"

static unsigned state = 1;

static int below(int n) { state = state * 1664525u + 1013904223u; return (int)((state >> 8) % (unsigned)n); }

static void counts_of(FILE *out, const RLE *r) {
  for (siz i = 0; i < r->m; i++) fprintf(out, i ? ",%u" : "%u", r->cnts[i]);
}

// Masks by lot, some of them smooth, some noise: height, width, counts, string.
static void runs(FILE *out) {
  fprintf(out, "# height\twidth\tcounts\tstring\n");
  for (int n = 0; n < 60; n++) {
    int h = 1 + below(n < 50 ? 40 : 2000), w = 1 + below(n < 50 ? 40 : 1500), grain = 1 + below(n < 50 ? 9 : 300), share = below(5);
    byte *m = malloc(h * w);
    int cells = (h / grain + 1);
    byte *cell = malloc(cells * (w / grain + 1));
    for (int i = 0; i < cells * (w / grain + 1); i++) cell[i] = below(4) < share;
    for (int x = 0; x < w; x++) for (int y = 0; y < h; y++) m[x * h + y] = cell[(x / grain) * cells + y / grain];
    RLE r; rleEncode(&r, m, h, w, 1);
    char *s = rleToString(&r);
    fprintf(out, "%d\t%d\t", h, w); counts_of(out, &r); fprintf(out, "\t%s\n", s);
    rleFree(&r); free(s); free(m); free(cell);
  }
}

// Star-shaped polygons of whole, of fifth and of finer coordinates: height, width, kind, points, string of what rleFrPoly draws.
static void polygons(FILE *out) {
  fprintf(out, "# height\twidth\tgrid\tpoints\tstring\n");
  for (int n = 0; n < 90; n++) {
    int h = 20 + below(180), w = 20 + below(180), k = 3 + below(12), kind = n % 3;
    double step = kind == 0 ? 1 : kind == 1 ? 0.2 : 0.01, *xy = malloc(sizeof(double) * 2 * k);
    fprintf(out, "%d\t%d\t%g\t", h, w, step);
    for (int i = 0; i < k; i++) {
      double angle = 6.283185307179586 * (i + below(100) / 250.0) / k, radius = 0.1 + below(1000) / 2200.0;
      xy[2 * i] = round((w / 2.0 + cos(angle) * radius * w) / step) * step;
      xy[2 * i + 1] = round((h / 2.0 + sin(angle) * radius * h) / step) * step;
      fprintf(out, i ? ",%.2f,%.2f" : "%.2f,%.2f", xy[2 * i], xy[2 * i + 1]);
    }
    RLE r; rleFrPoly(&r, xy, k, h, w);
    char *s = rleToString(&r);
    fprintf(out, "\t%s\n", s);
    rleFree(&r); free(s); free(xy);
  }
}

int main(int argc, char **argv) {
  char path[1000];
  snprintf(path, sizeof path, "%s/rle.txt", argv[1]);
  FILE *out = fopen(path, "w"); runs(out); fclose(out);
  snprintf(path, sizeof path, "%s/polygons.txt", argv[1]);
  out = fopen(path, "w"); polygons(out); fclose(out);
  return 0;
}
