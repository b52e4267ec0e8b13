import { announce, fill, h } from '../dom';
import { divider, follow, frameOf, keyboard, zoomGroup } from '../explore/controls';
import type { Plane } from '../explore/png';
import { Viewer } from '../explore/viewer';
import type { Confusion } from './confusion';

const modes = { versus: 'Left / right', disagreement: 'Disagreement' } as const;
type Mode = keyof typeof modes;

/**
 * Both masks over one photo: a line between them, or where they differ. Returns what to call when it goes; `lost` is called when it can draw no more.
 * @throws Error where the browser has no WebGL 2, or no memory for the photo.
 */
export async function versus(stage: HTMLElement, photo: Blob | null, size: { width: number; height: number }, ids: Plane, confusion: Confusion, name: string, lost: () => void): Promise<() => void> {
  const viewer = new Viewer(ids, confusion.second);
  try {
    if (photo) await viewer.load(photo, size);
  } catch (error) {
    viewer.dispose();
    throw error;
  }
  viewer.onlost = lost;
  const palette = new Uint8Array(4 * 256);
  for (const { id, color } of confusion.classes) {
    const rgb = Number.parseInt(color.slice(1), 16);
    palette.set([rgb >> 16, (rgb >> 8) & 255, rgb & 255, 255], 4 * id);
  }
  viewer.palette = palette;
  viewer.canvas.setAttribute('aria-label', `${name}, classes of two models. Arrow keys move, plus and minus zoom, Enter reads both classes in the middle.`);

  const readout = h('output', { className: 'readout' });
  const handle = divider(viewer, 'Divider between the two models');
  const frame = frameOf(ids, viewer.canvas, handle, readout);
  const names = new Map(confusion.classes.map(one => [one.id, one.name]));
  function describe(x: number, y: number): string | null {
    const [px, py] = viewer.at(x, y).map(Math.floor) as [number, number];
    if (px < 0 || py < 0 || px >= ids.width || py >= ids.height) return null;
    const [a, b] = [ids, confusion.second].map(plane => names.get(plane.samples[py * ids.width + px]!) ?? 'unknown');
    return a === b ? `both ${a}` : `left ${a}, right ${b}`;
  }
  follow(viewer, frame, readout, describe);

  const buttons = Object.entries(modes).map(([mode, label]) => h('button', { type: 'button', 'data-mode': mode, onclick: () => show(mode as Mode) }, label));
  function show(mode: Mode) {
    viewer.mode = mode;
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.dataset.mode === mode));
    handle.hidden = mode !== 'versus';
    viewer.draw();
  }
  const opacity = h('input', { id: 'opacity', type: 'range', min: '0', max: '100', value: '80', oninput: () => setOpacity(Number(opacity.value)) });
  function setOpacity(value: number) {
    viewer.opacity = Math.min(100, Math.max(0, value)) / 100;
    opacity.value = String(100 * viewer.opacity);
    // The legend has the tints of the picture.
    stage.parentElement?.style.setProperty('--tint', `${Math.max(25, 100 * viewer.opacity)}%`);
    viewer.draw();
  }
  keyboard(viewer, {
    1: () => show('versus'),
    2: () => show('disagreement'),
    '[': () => setOpacity(100 * viewer.opacity - 10),
    ']': () => setOpacity(100 * viewer.opacity + 10),
    Enter: () => announce(describe(viewer.canvas.clientWidth / 2, viewer.canvas.clientHeight / 2) ?? ''),
  });
  fill(stage,
    frame,
    h('div', { className: 'toolbar' },
      h('div', { className: 'segments', role: 'group', 'aria-label': 'What to show' }, ...buttons),
      h('div', { className: 'opacity' }, h('label', { for: 'opacity' }, 'Opacity'), opacity),
      zoomGroup(viewer)));
  setOpacity(80);
  show('versus');
  return () => viewer.dispose();
}
