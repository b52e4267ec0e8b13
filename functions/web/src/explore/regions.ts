import type { Plane } from './png';
import { unknown } from './sure';

/** A connected region of a class: where in the photo a name fits it best, and how many cells of a coarse grid it has. */
export interface Region { id: number; x: number; y: number; cells: number }

const finest = 200;
const smallestShare = 0.002;
const most = 40;

/** The largest connected regions of the known pixels of a mask, the largest first, each with the place that is furthest from its border. */
export function regionsOf(plane: Plane, known: (at: number) => boolean): Region[] {
  const step = Math.max(1, Math.ceil(Math.max(plane.width, plane.height) / finest));
  const [width, height] = [Math.ceil(plane.width / step), Math.ceil(plane.height / step)];
  const ids = new Uint8Array(width * height);
  const middle = (cell: number, whole: number) => Math.min(whole - 1, cell * step + (step >> 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = middle(y, plane.height) * plane.width + middle(x, plane.width);
      ids[y * width + x] = known(at) ? plane.samples[at]! : unknown;
    }
  }

  const depth = depths(ids, width, height);
  const seen = new Uint8Array(ids.length);
  const found: Region[] = [];
  for (let start = 0; start < ids.length; start++) {
    if (seen[start]) continue;
    seen[start] = 1;
    const open = [start];
    let cells = 0;
    let best = start;
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      cells++;
      if (depth[at]! > depth[best]!) best = at;
      const x = at % width;
      for (const next of [x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1, at - width, at + width]) {
        if (next < 0 || next >= ids.length || seen[next] || ids[next] !== ids[start]) continue;
        seen[next] = 1;
        open.push(next);
      }
    }
    if (cells >= smallestShare * ids.length) found.push({ id: ids[start]!, x: middle(best % width, plane.width), y: middle(Math.floor(best / width), plane.height), cells });
  }
  return found.sort((a, b) => b.cells - a.cells).slice(0, most);
}

// How many steps each cell is from another class or from the edge of the photo: once down, once up.
function depths(ids: Uint8Array, width: number, height: number): Uint16Array {
  const depth = new Uint16Array(ids.length);
  const from = (at: number, inside: boolean, other: number) => (inside && ids[other] === ids[at] ? depth[other]! + 1 : 1);
  for (let at = 0; at < ids.length; at++) depth[at] = Math.min(from(at, at % width > 0, at - 1), from(at, at >= width, at - width));
  for (let at = ids.length - 1; at >= 0; at--) {
    depth[at] = Math.min(depth[at]!, from(at, at % width < width - 1, at + 1), from(at, at < width * (height - 1), at + width));
  }
  return depth;
}
