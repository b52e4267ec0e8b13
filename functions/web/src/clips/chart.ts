import { fill, h, percent } from '../dom';
import { placeOf, timeOf } from '../jobs/captured';
import { swatch } from '../ui';
import { across, areas, failed, margin, occurring } from './areas';
import { clock, frameAt, lengthOf, type Frame, type Timeline } from './records';

// By how many frames a key goes on.
const steps: Record<string, number> = {
  ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10, Home: -Infinity, End: Infinity,
};
const topClasses = 3;

/** What is seen along a video. A time is chosen by pointer or keys, which `seek` hears. */
export function timelineChart(seek: (seconds: number) => void) {
  const picture = h('div', { className: 'clip-areas' });
  const cursor = h('div', { className: 'clip-cursor' });
  const plot = h('div', {
    className: 'clip-plot', role: 'slider', tabIndex: 0,
    'aria-label': 'Time in the video', 'aria-valuemin': '0', 'aria-valuenow': '0', 'aria-valuemax': '0',
  }, picture, cursor);
  const legend = h('ul', { className: 'legend' });
  const named = h('p', { className: 'clip-frame' });
  const open = h('a', {}, 'Open this frame');
  const element = h('div', { className: 'clip-chart' }, plot, named, open, legend);
  let timeline: Timeline | undefined;
  let now = 0;
  let over: number | undefined;
  let drawn = 0;

  new ResizeObserver(() => { if (picture.clientWidth !== drawn) draw(); }).observe(picture);
  plot.addEventListener('pointerdown', event => {
    if (event.button !== 0) return;
    plot.setPointerCapture(event.pointerId);
    select(timeOfPointer(event));
  });
  plot.addEventListener('pointermove', event => {
    if (plot.hasPointerCapture(event.pointerId)) return select(timeOfPointer(event));
    over = timeOfPointer(event);
    say();
  });
  plot.addEventListener('pointerleave', () => {
    over = undefined;
    say();
  });
  plot.addEventListener('keydown', event => {
    const by = steps[event.key];
    const frame = timeline && frameAt(timeline, now);
    if (by === undefined || !timeline || !frame) return;
    event.preventDefault();
    const { frames } = timeline;
    select(frames[Math.min(frames.length - 1, Math.max(0, frames.indexOf(frame) + by))]!.seconds);
  });

  function timeOfPointer({ clientX }: PointerEvent): number {
    const { left } = picture.getBoundingClientRect();
    const part = (clientX - left - margin.left) / Math.max(1, drawn - margin.left - margin.right);
    return timeline ? Math.min(1, Math.max(0, part)) * lengthOf(timeline) : 0;
  }

  function select(seconds: number) {
    over = undefined;
    at(seconds);
    seek(seconds);
  }

  function at(seconds: number) {
    now = seconds;
    if (!timeline) return;
    cursor.style.left = `${across(timeline, drawn)(now)}px`;
    plot.setAttribute('aria-valuenow', now.toFixed(1));
    plot.setAttribute('aria-valuetext', wordsOf(timeline, frameAt(timeline, now), now).join(', '));
    say();
  }

  // What is under the pointer; else where the video is.
  function say() {
    if (!timeline) return;
    const frame = frameAt(timeline, over ?? now);
    const [head, ...rest] = wordsOf(timeline, frame, over ?? now);
    fill(named, h('strong', {}, head), ...rest.map(text => `  ·  ${text}`));
    const own = frameAt(timeline, now);
    open.href = `#/jobs/${own?.job ?? ''}`;
    open.hidden = !own?.job;
  }

  function draw() {
    const width = picture.clientWidth;
    if (!timeline || width === 0) return;
    drawn = width;
    picture.replaceChildren(areas(timeline, width));
    at(now);
  }

  return {
    element,
    at,
    show(next: Timeline) {
      timeline = next;
      plot.setAttribute('aria-valuemax', lengthOf(next).toFixed(1));
      fill(legend, ...occurring(next).map(({ name, color }) => h('li', {}, swatch(color), name)),
        next.frames.some(failed) && h('li', {}, h('span', { className: 'swatch no-result' }), 'no result'),
        next.frames.some(frame => !frame.shares && !failed(frame))
          && h('li', {}, h('span', { className: 'swatch none-yet' }), 'not there yet'));
      draw();
    },
  };
}

/** A time, the frame that is shown then, and what is known of it. */
function wordsOf({ classes, frames }: Timeline, frame: Frame | undefined, seconds: number): string[] {
  if (!frame) return ['No frames'];
  const { shares, captured, code } = frame;
  const top = shares?.map((share, at) => ({ share, name: classes[at]?.name })).filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share).slice(0, topClasses)
    .map(({ share, name }) => `${name} ${percent(share)}`).join(', ');
  return [
    clock(seconds), `frame ${frames.indexOf(frame) + 1} of ${frames.length} at ${clock(frame.seconds)}`,
    top ?? (failed(frame) ? `no result${code ? `: ${code}` : ''}` : 'not there yet'),
    timeOf(captured), placeOf(captured),
  ].filter(text => text !== undefined);
}
