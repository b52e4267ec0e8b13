import type { EditCanvas } from './canvas';

/** What pointers do to the mask. Places are of the canvas, in CSS pixels. */
export interface Hand {
  /** Whether dragging moves the photo instead. */
  moves(): boolean;
  /** Whether the tool acts on a place, and not along a stroke: then a finger that goes on to move or zoom has not meant it. */
  acts(event: PointerEvent): boolean;
  /** Begins a stroke; false where the tool makes none. */
  begin(x: number, y: number, event: PointerEvent): boolean;
  stroke(x: number, y: number): void;
  end(): void;
  /** A second finger has come: what the first has painted was not meant. */
  cancel(): void;
  hover(x: number, y: number, event: PointerEvent): void;
  leave(): void;
}

const middleButton = 1;
const rightButton = 2;
// How far a finger may slip, in CSS pixels.
const slip = 6;

/** One finger, a pen or the mouse draws; two fingers, the middle and the right button move and zoom. Beside a pen, fingers only move. */
export function pointers(viewer: EditCanvas, hand: Hand) {
  const { canvas } = viewer;
  const down = new Map<number, [x: number, y: number, type: string]>();
  let drawing: number | null = null;
  let tap: { event: PointerEvent; x: number; y: number } | null = null;
  let pen = false;
  const spread = () => {
    const [a, b] = [...down.values()];
    return a && b ? { distance: Math.hypot(a[0] - b[0], a[1] - b[1]), x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2 } : null;
  };

  canvas.addEventListener('pointerdown', event => {
    pen ||= event.pointerType === 'pen';
    // A hand that rests beside the pen.
    if (drawing !== null && down.get(drawing)?.[2] === 'pen' && event.pointerType === 'touch') return;
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    if (down.size > 0 && drawing !== null) {
      hand.cancel();
      drawing = null;
    }
    tap = null;
    down.set(event.pointerId, [event.offsetX, event.offsetY, event.pointerType]);
    const moves = hand.moves() || down.size > 1 || event.button === middleButton || event.button === rightButton || (pen && event.pointerType === 'touch');
    if (!moves && hand.acts(event)) tap = { event, x: event.offsetX, y: event.offsetY };
    else if (!moves && hand.begin(event.offsetX, event.offsetY, event)) drawing = event.pointerId;
    // The middle button would begin to scroll.
    if (event.button === middleButton) event.preventDefault();
  });
  canvas.addEventListener('pointermove', event => {
    hand.hover(event.offsetX, event.offsetY, event);
    const last = down.get(event.pointerId);
    if (!last) return;
    if (drawing === event.pointerId) {
      const all = event.getCoalescedEvents?.() ?? [];
      for (const one of all.length > 0 ? all : [event]) hand.stroke(one.offsetX, one.offsetY);
      return;
    }
    if (tap?.event.pointerId === event.pointerId) {
      if (Math.hypot(event.offsetX - tap.x, event.offsetY - tap.y) <= slip) return;
      tap = null;
    }
    const before = spread();
    down.set(event.pointerId, [event.offsetX, event.offsetY, event.pointerType]);
    const after = spread();
    if (before && after) {
      viewer.zoomBy(after.distance / Math.max(1, before.distance), after.x, after.y);
      viewer.panBy(before.x - after.x, before.y - after.y);
    } else {
      viewer.panBy(last[0] - event.offsetX, last[1] - event.offsetY);
    }
  });
  for (const end of ['pointerup', 'pointercancel'] as const) {
    canvas.addEventListener(end, event => {
      down.delete(event.pointerId);
      if (tap?.event.pointerId === event.pointerId) {
        if (end === 'pointerup') hand.begin(tap.x, tap.y, tap.event);
        tap = null;
      }
      if (drawing !== event.pointerId) return;
      drawing = null;
      if (end === 'pointerup') hand.end();
      else hand.cancel();
    });
  }
  canvas.addEventListener('pointerleave', event => { if (event.pointerType !== 'touch') hand.leave(); });
  canvas.addEventListener('contextmenu', event => event.preventDefault());
  canvas.addEventListener('wheel', event => {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== canvas) return;
    event.preventDefault();
    viewer.zoomBy(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), event.offsetX, event.offsetY);
  }, { passive: false });
}
