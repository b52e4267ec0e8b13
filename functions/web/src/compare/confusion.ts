import type { Summary } from '../api';
import type { Plane } from '../explore/png';

interface Class { id: number; name: string; color: string; first: number; second: number; both: number }

/** Where two masks of a photo differ. Pixels are counted; `second` is the other mask in the ids of the first. */
export interface Confusion {
  second: Plane;
  classes: Class[];
  pixels: number;
  differing: number;
  /** Pairs of classes that the masks mix up, the most pixels first. */
  pairs: { first: Class; second: Class; pixels: number }[];
}

const ids = 256;

/** Compares two masks. Classes are the same when their names are; those that only the second knows get ids of their own. */
export function confusionOf(first: Plane, firstLabels: Summary['classes'], other: Plane, otherLabels: Summary['classes']): Confusion {
  const classes: Class[] = firstLabels.map(({ id, name, color }) => ({ id, name, color, first: 0, second: 0, both: 0 }));
  const taken = new Set(classes.map(one => one.id));
  const renamed = new Uint8Array(ids).fill(ids - 1);
  for (const { id, name, color } of otherLabels) {
    let known = classes.find(one => one.name === name);
    if (!known) {
      let free = 0;
      while (taken.has(free)) free++;
      taken.add(free);
      known = { id: free, name, color, first: 0, second: 0, both: 0 };
      classes.push(known);
    }
    renamed[id] = known.id;
  }

  const samples = other.samples.map(id => renamed[id]!);
  const counts = new Uint32Array(ids * ids);
  for (let i = 0; i < samples.length; i++) counts[ids * first.samples[i]! + samples[i]!]!++;

  const byId = new Map(classes.map(one => [one.id, one]));
  const pairs: Confusion['pairs'] = [];
  let differing = 0;
  counts.forEach((pixels, at) => {
    if (pixels === 0) return;
    const [a, b] = [byId.get(Math.floor(at / ids)), byId.get(at % ids)];
    if (a) a.first += pixels;
    if (b) b.second += pixels;
    if (a && a === b) a.both += pixels;
    else differing += pixels;
    if (a && b && a !== b) pairs.push({ first: a, second: b, pixels });
  });
  return { second: { width: other.width, height: other.height, samples }, classes, pixels: samples.length, differing, pairs: pairs.sort((a, b) => b.pixels - a.pixels) };
}
