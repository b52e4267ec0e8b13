import { h, icon } from '../dom';
import type { Viewer } from './viewer';

/** The frame around a viewer, in the photo's shape. */
export function frameOf(size: { width: number; height: number }, ...content: Node[]): HTMLElement {
  const frame = h('div', { className: 'frame' }, ...content);
  frame.style.aspectRatio = `${size.width} / ${size.height}`;
  frame.style.setProperty('--photo-ratio', String(size.width / size.height));
  return frame;
}

/** The handle of the line between two sides, for pointers and keys. */
export function divider(viewer: Viewer, label: string): HTMLElement {
  const handle = h('div', { className: 'divider', role: 'slider', tabIndex: 0, 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100, hidden: true }, h('span', { className: 'grip' }));
  function set(value: number) {
    viewer.divider = Math.min(1, Math.max(0, value));
    handle.style.left = `${100 * viewer.divider}%`;
    handle.setAttribute('aria-valuenow', String(Math.round(100 * viewer.divider)));
    viewer.draw();
  }

  handle.addEventListener('pointerdown', event => { handle.setPointerCapture(event.pointerId); event.preventDefault(); handle.focus(); });
  handle.addEventListener('pointermove', event => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const box = handle.parentElement!.getBoundingClientRect();
    set((event.clientX - box.left) / box.width);
  });
  handle.addEventListener('keydown', event => {
    const move = ({ ArrowLeft: -0.02, ArrowDown: -0.02, ArrowRight: 0.02, ArrowUp: 0.02, PageDown: -0.1, PageUp: 0.1, Home: -1, End: 1 } as Record<string, number>)[event.key];
    if (move === undefined) return;
    event.preventDefault();
    set(viewer.divider + move);
  });
  set(0.5);
  return handle;
}

/** Lets words follow the pointer over a viewer, or stand where it was tapped: what `describe` says of the place under it. The answer says it anew. */
export function follow(viewer: Viewer, frame: HTMLElement, readout: HTMLElement, describe: (x: number, y: number) => string | null): () => void {
  const hide = () => { readout.hidden = true; };
  let last: PointerEvent | undefined;
  function tell(event: PointerEvent) {
    last = event;
    const text = describe(event.offsetX, event.offsetY);
    readout.textContent = text ?? '';
    readout.hidden = text === null;
    // Above a finger, beside a mouse.
    const [aside, above] = event.pointerType === 'touch' ? [-readout.offsetWidth / 2, 56] : [14, 34];
    readout.style.transform = `translate(${Math.max(0, Math.min(event.offsetX + aside, frame.clientWidth - readout.offsetWidth - 4))}px, ${Math.max(4, event.offsetY - above)}px)`;
  }
  viewer.canvas.addEventListener('pointerdown', tell);
  viewer.canvas.addEventListener('pointermove', tell);
  // What a tap has said stays until the next one; a finger that scrolls the page has not tapped.
  viewer.canvas.addEventListener('pointerleave', event => { if (event.pointerType !== 'touch') hide(); });
  viewer.canvas.addEventListener('pointercancel', hide);
  readout.hidden = true;
  return () => { if (last && !readout.hidden) tell(last); };
}

/** Moving and zooming by keys, and whatever else a view has keys for. */
export function keyboard(viewer: Viewer, more: Record<string, () => void>) {
  const keys: Record<string, () => void> = {
    ArrowLeft: () => viewer.panBy(-60, 0),
    ArrowRight: () => viewer.panBy(60, 0),
    ArrowUp: () => viewer.panBy(0, -60),
    ArrowDown: () => viewer.panBy(0, 60),
    '+': () => viewer.zoomBy(1.5),
    '=': () => viewer.zoomBy(1.5),
    '-': () => viewer.zoomBy(1 / 1.5),
    '0': () => viewer.fit(),
    ...more,
  };
  viewer.canvas.addEventListener('keydown', event => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
}

export function zoomGroup(viewer: Viewer): HTMLElement {
  const text = h('span', { className: 'zoom-text' }, viewer.zoomText);
  viewer.views.add(() => { text.textContent = viewer.zoomText; });
  const tool = (label: string, path: string, act: () => void) => h('button', { type: 'button', className: 'tool', 'aria-label': label, title: label, onclick: act }, icon(path));
  return h('div', { className: 'zoom', role: 'group', 'aria-label': 'Zoom' },
    tool('Zoom out', 'M4 10h12', () => viewer.zoomBy(1 / 1.5)),
    text,
    tool('Zoom in', 'M4 10h12M10 4v12', () => viewer.zoomBy(1.5)),
    tool('Fit the photo', 'M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4', () => viewer.fit()));
}
