import { h } from '../dom';
import type { Plane } from './png';
import { fragment, vertex } from './shaders';

/** What is shown how, in the order of the shader's numbers; the last two want a second mask. */
export const modes = ['blend', 'split', 'outline', 'confidence', 'versus', 'disagreement'] as const;
export type Mode = (typeof modes)[number];

const largestZoom = 32;
const largestPhoto = 8192;
const empty: Plane = { width: 1, height: 1, samples: new Uint8Array([0]) };

/** Draws a photo and its mask with WebGL: pan, zoom, and what is shown how. Coordinates of the photo are in pixels of the mask. */
export class Viewer {
  readonly canvas = h('canvas', { tabIndex: 0, role: 'img' });
  mode: Mode = 'blend';
  opacity = 0.6;
  divider = 0.5;
  /** Per cent of confidence below which a pixel is drawn as unknown; 0 before the confidence is there. */
  least = 0;
  /** Told when the view has moved, and when the canvas has another size. */
  readonly views = new Set<() => void>();
  /** The browser took the graphics memory back: the viewer draws nothing any more. */
  onlost?: () => void;

  protected readonly gl: WebGL2RenderingContext;
  private readonly program: WebGLProgram;
  private readonly places = new Map<string, WebGLUniformLocation | null>();
  private readonly observer: ResizeObserver;
  private zoom = 1;
  private center: [number, number];
  private drawing = 0;

  /** @throws Error where the browser has no WebGL 2. */
  constructor(protected readonly ids: Plane, other?: Plane) {
    const gl = this.canvas.getContext('webgl2', { antialias: false, depth: false, powerPreference: 'high-performance' });
    if (!gl) throw new Error('WebGL 2 is not available.');
    this.gl = gl;
    this.center = [ids.width / 2, ids.height / 2];
    this.program = this.link();
    this.texture(0, 'photo');
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 1, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    this.plane(1, 'ids', ids);
    this.plane(2, 'confidence', empty);
    this.texture(3, 'palette');
    this.plane(4, 'other', other ?? empty);
    this.observer = new ResizeObserver(() => {
      this.draw();
      this.views.forEach(tell => tell());
    });
    this.observer.observe(this.canvas);
    this.canvas.addEventListener('webglcontextlost', () => this.onlost?.());
    this.gestures();
  }

  /** @throws Error where the browser does not have the memory for the photo. */
  async load(photo: Blob, { width, height }: { width: number; height: number }) {
    const { gl } = this;
    const shrink = Math.max(width, height) / Math.min(largestPhoto, gl.getParameter(gl.MAX_TEXTURE_SIZE) as number);
    const pixels = await createImageBitmap(photo, shrink > 1 ? { resizeWidth: Math.round(width / shrink), resizeHeight: Math.round(height / shrink), resizeQuality: 'medium' } : {});
    gl.activeTexture(gl.TEXTURE0);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    gl.generateMipmap(gl.TEXTURE_2D);
    pixels.close();
    if (gl.getError() !== gl.NO_ERROR) throw new Error('The photo does not fit into graphics memory.');
  }

  /** Colours by class id; alpha 0 hides a class, less than 255 lets it stand back. */
  set palette(colors: Uint8Array) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE3);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, colors);
    this.draw();
  }

  set confidence(plane: Plane) {
    this.plane(2, 'confidence', plane);
    this.draw();
  }

  get zoomed() { return this.zoom > 1.001; }
  get zoomText() { return `${Math.round(100 * this.zoom)} %`; }

  dispose() {
    delete this.onlost;
    this.observer.disconnect();
    cancelAnimationFrame(this.drawing);
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  draw() {
    cancelAnimationFrame(this.drawing);
    this.drawing = requestAnimationFrame(() => this.drawNow());
  }

  /** Zooms by a factor around a place of the canvas (CSS pixels), its middle when none is given. */
  zoomBy(factor: number, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
    const before = this.at(x, y);
    this.zoom = Math.min(largestZoom, Math.max(1, this.zoom * factor));
    const after = this.at(x, y);
    this.moveTo(this.center[0] + before[0] - after[0], this.center[1] + before[1] - after[1]);
  }

  fit() {
    this.zoom = 1;
    this.moveTo(this.ids.width / 2, this.ids.height / 2);
  }

  /** Moves the view by CSS pixels. */
  panBy(x: number, y: number) {
    this.moveTo(this.center[0] + x * this.scale, this.center[1] + y * this.scale);
  }

  /** The photo's place under a place of the canvas (CSS pixels). */
  at(x: number, y: number): [number, number] {
    const { clientWidth, clientHeight } = this.canvas;
    return [this.center[0] + (x - clientWidth / 2) * this.scale, this.center[1] + (y - clientHeight / 2) * this.scale];
  }

  /** The place of the canvas (CSS pixels) over which a place of the photo lies. */
  onCanvas(x: number, y: number): [number, number] {
    const { clientWidth, clientHeight } = this.canvas;
    return [(x - this.center[0]) / this.scale + clientWidth / 2, (y - this.center[1]) / this.scale + clientHeight / 2];
  }

  // Photo pixels per CSS pixel.
  private get scale() {
    const { clientWidth, clientHeight } = this.canvas;
    return Math.max(this.ids.width / Math.max(1, clientWidth), this.ids.height / Math.max(1, clientHeight)) / this.zoom;
  }

  private moveTo(x: number, y: number) {
    const keep = (value: number, shown: number, whole: number) => (shown >= whole ? whole / 2 : Math.min(whole - shown / 2, Math.max(shown / 2, value)));
    this.center = [
      keep(x, this.canvas.clientWidth * this.scale, this.ids.width),
      keep(y, this.canvas.clientHeight * this.scale, this.ids.height),
    ];
    this.canvas.classList.toggle('zoomed', this.zoomed);
    this.draw();
    this.views.forEach(tell => tell());
  }

  private drawNow() {
    const { gl, canvas } = this;
    const ratio = Math.min(devicePixelRatio || 1, 3);
    const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
    const height = Math.max(1, Math.round(canvas.clientHeight * ratio));
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    gl.viewport(0, 0, width, height);
    const origin = this.at(0, 0);
    gl.uniform2f(this.place('size'), this.ids.width, this.ids.height);
    gl.uniform2f(this.place('origin'), origin[0], origin[1]);
    gl.uniform2f(this.place('canvas'), width, height);
    gl.uniform1f(this.place('step_'), (this.scale * canvas.clientWidth) / width);
    gl.uniform1f(this.place('opacity'), this.opacity);
    gl.uniform1f(this.place('divider'), this.divider);
    gl.uniform1f(this.place('line'), ratio * 0.75);
    gl.uniform1f(this.place('least'), this.least * 2.55);
    gl.uniform1i(this.place('mode'), modes.indexOf(this.mode));
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  private place(name: string) {
    if (!this.places.has(name)) this.places.set(name, this.gl.getUniformLocation(this.program, name));
    return this.places.get(name)!;
  }

  private link(): WebGLProgram {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [type, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
      const shader = gl.createShader(type)!;
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(`The shaders do not link: ${gl.getProgramInfoLog(program)}`);
    gl.useProgram(program);
    return program;
  }

  private texture(unit: number, name: string) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    for (const axis of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) gl.texParameteri(gl.TEXTURE_2D, axis, gl.CLAMP_TO_EDGE);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    gl.uniform1i(this.place(name), unit);
  }

  private plane(unit: number, name: string, plane: Plane) {
    const { gl } = this;
    const { width, height, samples } = thinned(plane, gl.getParameter(gl.MAX_TEXTURE_SIZE) as number);
    this.texture(unit, name);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R8, width, height, 0, gl.RED, gl.UNSIGNED_BYTE, samples);
  }

  // Dragging moves a zoomed view, two fingers pinch, the wheel zooms when the canvas has the focus or Ctrl is held.
  protected gestures() {
    const { canvas } = this;
    const pointers = new Map<number, [number, number]>();
    const spread = () => {
      const [a, b] = [...pointers.values()];
      return a && b ? { distance: Math.hypot(a[0] - b[0], a[1] - b[1]), x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2 } : null;
    };
    canvas.addEventListener('pointerdown', event => {
      pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener('pointermove', event => {
      const last = pointers.get(event.pointerId);
      if (!last) return;
      const before = spread();
      pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
      const after = spread();
      if (before && after) this.zoomBy(after.distance / Math.max(1, before.distance), after.x, after.y);
      else if (this.zoomed) this.panBy(last[0] - event.offsetX, last[1] - event.offsetY);
    });
    for (const end of ['pointerup', 'pointercancel'] as const) canvas.addEventListener(end, event => pointers.delete(event.pointerId));
    canvas.addEventListener('dblclick', event => this.zoomBy(event.shiftKey ? 0.5 : 2, event.offsetX, event.offsetY));
    canvas.addEventListener('wheel', event => {
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
      event.preventDefault();
      this.zoomBy(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), event.offsetX, event.offsetY);
    }, { passive: false });
  }
}

// Every n-th sample of a plane that is too large for a texture.
function thinned(plane: Plane, most: number): Plane {
  const every = Math.ceil(Math.max(plane.width, plane.height) / most);
  if (every <= 1) return plane;
  const [width, height] = [Math.floor(plane.width / every), Math.floor(plane.height / every)];
  const samples = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) samples[y * width + x] = plane.samples[y * every * plane.width + x * every]!;
  }
  return { width, height, samples };
}
