import type { Summary } from '../api';
import type { Plane } from './png';

/** Pixel value of what is of no class. */
export const unknown = 255;

/** How the pixels of each class are spread over the confidence: from it the classes of what is sure enough are counted at once. */
export class Certainty {
  private readonly counts = new Uint32Array(256 * 256);

  constructor(ids: Plane, private readonly confidence: Plane) {
    for (let at = 0; at < ids.samples.length; at++) this.counts[256 * ids.samples[at]! + confidence.samples[at]!]!++;
  }

  /** Whether a pixel is sure enough: as the service decides it, of per cent. */
  known(at: number, least: number): boolean { return this.confidence.samples[at]! >= lowest(least); }

  /** The summary of what is sure enough, and the pixels that are not. */
  above(summary: Summary, least: number): Summary {
    const all = summary.width * summary.height;
    let hidden = all;
    const classes = summary.classes.map(one => {
      let [pixels, sum] = [0, 0];
      for (let sample = lowest(least); sample < 256; sample++) {
        const count = this.counts[256 * one.id + sample]!;
        pixels += count;
        sum += count * sample;
      }
      hidden -= pixels;
      const { meanConfidence: _, ...rest } = one;
      return { ...rest, pixels, share: pixels / all, ...(pixels > 0 ? { meanConfidence: sum / (255 * pixels) } : {}) };
    });
    return { ...summary, classes, unknown: { pixels: hidden, share: hidden / all } };
  }
}

// 255 x a decimal may come out a last bit above the whole number that it is.
const lowest = (percent: number) => Math.ceil(255 * percent / 100 - 1e-9);
