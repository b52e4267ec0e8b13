/** A part of the mask: from its upper left pixel to behind its lower right one. */
export interface Area { left: number; top: number; right: number; bottom: number }

/** What a person did at once, as the squares that it changed, packed: what undoes it, or does it again. */
interface Step { id: number; name: string; tiles: Map<number, Uint8Array>; bytes: number }

const side = 64;
const mostBytes = 64 * 2 ** 20;
const classes = 256;

/** Value of pixels of which nobody can say the class. */
export const unknown = 255;

/**
 * The class ids of a photo as they are corrected. A step begins with the first pixel that is painted and ends with `commit`; what it changed is kept by squares, as run lengths, so that undoing
 * takes little memory however large the photo is: the oldest steps are forgotten beyond 64 MiB.
 */
export class Mask {
  /** Pixels by id. */
  readonly counts = new Float64Array(classes);
  /** Pixels by id that the model saw as something else. */
  readonly corrected = new Float64Array(classes);

  private readonly columns: number;
  private readonly before: (Uint8Array | undefined)[] = [];
  private dirty: Area | null = null;
  private done: Step[] = [];
  private undone: Step[] = [];
  private steps = 0;
  private forgotten = 0;

  constructor(readonly width: number, readonly height: number, readonly ids: Uint8Array, readonly own: Uint8Array) {
    this.columns = Math.ceil(width / side);
    for (let at = 0; at < ids.length; at++) this.count(ids[at]!, own[at]!, 1);
  }

  get changed() { return this.corrected.reduce((sum, one) => sum + one, 0); }
  /** Names what the mask is now: after undoing a step it is what it was before. */
  get state() { return this.done.at(-1)?.id ?? this.forgotten; }
  get canUndo() { return this.done.length > 0; }
  get canRedo() { return this.undone.length > 0; }

  inside(x: number, y: number) { return x >= 0 && y >= 0 && x < this.width && y < this.height; }
  at(x: number, y: number) { return this.ids[y * this.width + x]!; }

  /** Paints a disc of a diameter in pixels; null gives the model's own classes back. */
  disc(x: number, y: number, diameter: number, id: number | null) {
    // One pixel wide it is the pixel under it.
    const centre = (value: number) => (diameter % 2 === 1 ? Math.floor(value) + 0.5 : Math.round(value));
    const [cx, cy, radius] = [centre(x), centre(y), diameter / 2];
    for (let row = Math.max(0, Math.ceil(cy - radius - 0.5)); row < Math.min(this.height, cy + radius); row++) {
      const half = Math.sqrt(Math.max(0, radius ** 2 - (row + 0.5 - cy) ** 2));
      this.span(row, Math.ceil(cx - half - 0.5), Math.floor(cx + half - 0.5) + 1, id);
    }
  }

  /** Paints discs along a line. */
  line(fromX: number, fromY: number, toX: number, toY: number, diameter: number, id: number | null) {
    const steps = Math.max(1, Math.ceil(Math.hypot(toX - fromX, toY - fromY) / Math.max(0.5, diameter / 10)));
    for (let step = 1; step <= steps; step++) this.disc(fromX + ((toX - fromX) * step) / steps, fromY + ((toY - fromY) * step) / steps, diameter, id);
  }

  /** Gives the pixels of a pixel's class that are connected with it, by their sides, another one. */
  flood(x: number, y: number, id: number) {
    const from = this.at(x, y);
    if (from === id) return;
    const { ids, width, height } = this;
    const open = [x, y];
    while (open.length > 0) {
      const row = open.pop()!;
      const column = open.pop()!;
      const start = row * width;
      if (ids[start + column] !== from) continue;
      let left = column;
      while (left > 0 && ids[start + left - 1] === from) left--;
      let right = column + 1;
      while (right < width && ids[start + right] === from) right++;
      this.span(row, left, right, id);
      for (const next of [row - 1, row + 1]) {
        if (next < 0 || next >= height) continue;
        const other = next * width;
        for (let at = left; at < right; at++) if (ids[other + at] === from && (at === left || ids[other + at - 1] !== from)) open.push(at, next);
      }
    }
  }

  /** Replaces all pixels. */
  replace(by: Uint8Array) {
    for (let row = 0; row < this.height; row++) {
      this.keep(row, 0, this.width);
      this.ids.set(by.subarray(row * this.width, (row + 1) * this.width), row * this.width);
    }
    this.touch(0, 0, this.width, this.height);
  }

  /** Ends a step. Returns how many pixels it changed; a step that changed none is none. */
  commit(name: string): number {
    const step: Step = { id: this.steps + 1, name, tiles: new Map(), bytes: 0 };
    let pixels = 0;
    this.before.forEach((old, tile) => {
      const changed = this.recount(tile, old!);
      if (changed === 0) return;
      pixels += changed;
      this.put(step, tile, old!);
    });
    this.before.length = 0;
    if (pixels === 0) return 0;
    this.steps++;
    this.done.push(step);
    this.undone = [];
    this.forget();
    return pixels;
  }

  /** Takes back what was painted since the last step. */
  cancel() {
    this.before.forEach((old, tile) => this.write(tile, old!));
    this.before.length = 0;
  }

  /** Takes the last step back, or does the last one that was taken back again. Returns its name; null where there is none. */
  undo() { return this.swap(this.done, this.undone); }
  redo() { return this.swap(this.undone, this.done); }

  /** What was painted since it was asked for last. */
  painted(): Area | null {
    const area = this.dirty;
    this.dirty = null;
    return area;
  }

  private swap(from: Step[], to: Step[]): string | null {
    this.cancel();
    const step = from.pop();
    if (!step) return null;
    const back: Step = { ...step, tiles: new Map(), bytes: 0 };
    for (const [tile, packed] of step.tiles) {
      const now = this.read(tile);
      this.write(tile, unpack(packed, now.length));
      this.recount(tile, now);
      this.put(back, tile, now);
    }
    to.push(back);
    return step.name;
  }

  private span(row: number, from: number, to: number, id: number | null) {
    const left = Math.max(0, from);
    const right = Math.min(this.width, to);
    if (left >= right) return;
    this.keep(row, left, right);
    const start = row * this.width;
    if (id === null) this.ids.set(this.own.subarray(start + left, start + right), start + left);
    else this.ids.fill(id, start + left, start + right);
    this.touch(left, row, right, row + 1);
  }

  // The squares that a part of a row lies in, as they were before the step.
  private keep(row: number, left: number, right: number) {
    const first = Math.floor(row / side) * this.columns;
    for (let tile = first + Math.floor(left / side); tile <= first + Math.floor((right - 1) / side); tile++) this.before[tile] ??= this.read(tile);
  }

  private touch(left: number, top: number, right: number, bottom: number) {
    const { dirty } = this;
    if (!dirty) {
      this.dirty = { left, top, right, bottom };
      return;
    }
    dirty.left = Math.min(dirty.left, left);
    dirty.top = Math.min(dirty.top, top);
    dirty.right = Math.max(dirty.right, right);
    dirty.bottom = Math.max(dirty.bottom, bottom);
  }

  private areaOf(tile: number): Area {
    const [left, top] = [(tile % this.columns) * side, Math.floor(tile / this.columns) * side];
    return { left, top, right: Math.min(this.width, left + side), bottom: Math.min(this.height, top + side) };
  }

  private read(tile: number): Uint8Array {
    const { left, top, right, bottom } = this.areaOf(tile);
    const pixels = new Uint8Array((right - left) * (bottom - top));
    for (let row = top; row < bottom; row++) pixels.set(this.ids.subarray(row * this.width + left, row * this.width + right), (row - top) * (right - left));
    return pixels;
  }

  private write(tile: number, pixels: Uint8Array) {
    const { left, top, right, bottom } = this.areaOf(tile);
    for (let row = top; row < bottom; row++) this.ids.set(pixels.subarray((row - top) * (right - left), (row - top + 1) * (right - left)), row * this.width + left);
    this.touch(left, top, right, bottom);
  }

  // Counts a square's pixels anew, given what they were; returns how many are others.
  private recount(tile: number, old: Uint8Array): number {
    const { left, top, right, bottom } = this.areaOf(tile);
    let changed = 0;
    let from = 0;
    for (let row = top; row < bottom; row++) {
      for (let at = row * this.width + left; at < row * this.width + right; at++, from++) {
        const [was, is] = [old[from]!, this.ids[at]!];
        if (was === is) continue;
        changed++;
        this.count(was, this.own[at]!, -1);
        this.count(is, this.own[at]!, 1);
      }
    }
    return changed;
  }

  private count(id: number, own: number, by: number) {
    this.counts[id]! += by;
    if (id !== own) this.corrected[id]! += by;
  }

  private put(step: Step, tile: number, pixels: Uint8Array) {
    const packed = pack(pixels);
    step.tiles.set(tile, packed);
    step.bytes += packed.length;
  }

  private forget() {
    let bytes = this.done.reduce((sum, step) => sum + step.bytes, 0);
    while (bytes > mostBytes && this.done.length > 1) {
      const oldest = this.done.shift()!;
      bytes -= oldest.bytes;
      this.forgotten = oldest.id;
    }
  }
}

/** Pixels as pairs of an id and how many more follow; as they are where that is no shorter. */
export function pack(pixels: Uint8Array): Uint8Array {
  const packed = new Uint8Array(pixels.length);
  let to = 0;
  for (let at = 0; at < pixels.length; to += 2) {
    if (to + 2 >= pixels.length) return pixels.slice();
    const id = pixels[at]!;
    let run = 1;
    while (run < 256 && at + run < pixels.length && pixels[at + run] === id) run++;
    packed[to] = id;
    packed[to + 1] = run - 1;
    at += run;
  }
  return packed.slice(0, to);
}

/** What `pack` made, as so many pixels again. */
export function unpack(packed: Uint8Array, length: number): Uint8Array {
  if (packed.length === length) return packed;
  const pixels = new Uint8Array(length);
  for (let at = 0, to = 0; at < packed.length; at += 2) {
    pixels.fill(packed[at]!, to, to + packed[at + 1]! + 1);
    to += packed[at + 1]! + 1;
  }
  return pixels;
}
