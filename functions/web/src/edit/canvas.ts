import type { Plane } from '../explore/png';
import { Viewer } from '../explore/viewer';
import type { Area } from './mask';

const idsUnit = 1;

/** A viewer whose mask changes: only what was painted is sent to the graphics card. What pointers do to it is said elsewhere. */
export class EditCanvas extends Viewer {
  // Every n-th pixel, where the mask is larger than a texture may be.
  private readonly every: number;

  constructor(ids: Plane, own: Plane) {
    super(ids, own);
    this.every = Math.ceil(Math.max(ids.width, ids.height) / (this.gl.getParameter(this.gl.MAX_TEXTURE_SIZE) as number));
    this.canvas.setAttribute('role', 'application');
  }

  /** Shows what was painted. */
  update({ left, top, right, bottom }: Area) {
    const { gl, every, ids: { width, height, samples } } = this;
    const [x, y] = [Math.ceil(left / every), Math.ceil(top / every)];
    const columns = Math.min(Math.ceil(right / every), Math.floor(width / every)) - x;
    const rows = Math.min(Math.ceil(bottom / every), Math.floor(height / every)) - y;
    if (columns > 0 && rows > 0) {
      const part = new Uint8Array(columns * rows);
      for (let row = 0; row < rows; row++) {
        const start = (y + row) * every * width;
        if (every === 1) part.set(samples.subarray(start + x, start + x + columns), row * columns);
        else for (let at = 0; at < columns; at++) part[row * columns + at] = samples[start + (x + at) * every]!;
      }
      gl.activeTexture(gl.TEXTURE0 + idsUnit);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, columns, rows, gl.RED, gl.UNSIGNED_BYTE, part);
    }
    this.draw();
  }

  /** CSS pixels that a pixel of the photo takes. */
  get pixel() { return this.onCanvas(1, 0)[0] - this.onCanvas(0, 0)[0]; }

  protected override gestures() {}
}
