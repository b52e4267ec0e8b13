import { part } from '../trainings/chart';
import { clock, lengthOf, type Frame, type Timeline } from './records';

export const height = 220;
export const margin = { left: 46, right: 12, top: 8, bottom: 34 };
const markHeight = 6;
const secondsBetweenTicks = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/** Where a time is within a chart of a width. */
export const across = (timeline: Timeline, width: number) => (seconds: number) =>
  margin.left + (width - margin.left - margin.right) * Math.min(1, Math.max(0, seconds / lengthOf(timeline)));

export const failed = ({ state }: Frame) => state === 'failed' || state === 'canceled' || state === 'expired';

/** The classes that any frame has, by their place among all. */
export const occurring = ({ classes, frames }: Timeline) => classes.map((label, at) => ({ ...label, at }))
  .filter(({ at }) => frames.some(frame => (frame.shares?.[at] ?? 0) > 0));

/**
 * The shares of the classes along the time, one upon the other, each frame as long as it is shown; frames without a result are marked
 * below.
 */
export function areas(timeline: Timeline, width: number): SVGElement {
  const x = across(timeline, width);
  const bottom = height - margin.bottom;
  const y = (share: number) => bottom - (bottom - margin.top) * Math.min(1, share);
  const svg = part('svg', { viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': 'true' });
  svg.append(part('rect', { class: 'none-yet', x: x(0), y: y(1), width: x(lengthOf(timeline)) - x(0), height: y(0) - y(1) }));
  for (const share of [0, 0.5, 1]) {
    svg.append(part('text', { class: 'tick', x: margin.left - 8, y: y(share) + 4, 'text-anchor': 'end' }, `${100 * share} %`));
  }
  for (const seconds of ticks(lengthOf(timeline), width)) {
    const anchor = x(seconds) > width - 32 ? 'end' : 'middle';
    svg.append(part('text', { class: 'tick', x: x(seconds), y: height - 6, 'text-anchor': anchor }, clock(seconds)));
  }
  const shown = columns(timeline, x);
  // The last class is at the bottom. Each area reaches down to there, and those of later classes lie over it.
  for (const { at, color } of occurring(timeline)) {
    const path = shown.map(({ from, to, frame }) => {
      const top = y(frame.shares?.slice(at).reduce((sum, share) => sum + share, 0) ?? 0);
      return `M${from} ${bottom}V${top.toFixed(1)}H${to}V${bottom}`;
    });
    svg.append(part('path', { class: 'area', d: `${path.join('')}Z`, fill: color }));
  }
  const marks = timeline.frames.filter(failed).map(frame => {
    const from = x(frame.seconds);
    return `M${from} ${bottom + 2}h${Math.max(3, x(frame.seconds + timeline.everySeconds) - from)}v${markHeight}H${from}Z`;
  });
  if (marks.length > 0) svg.append(part('path', { class: 'no-result', d: marks.join('') }));
  return svg;
}

interface Column { from: number; to: number; frame: Frame }

// A frame is shown until the next one, or as long as others where that is gone. A screen has no more columns than pixels.
function columns(timeline: Timeline, x: (seconds: number) => number): Column[] {
  const { frames, everySeconds } = timeline;
  const made: Column[] = [];
  frames.forEach((frame, at) => {
    const next = frames[at + 1];
    const from = x(at === 0 ? 0 : frame.seconds);
    const to = x(next?.index === frame.index + 1 ? next.seconds : Math.min(next?.seconds ?? Infinity, frame.seconds + everySeconds));
    if (to - (made.at(-1)?.from ?? -1) >= 1) made.push({ from, to, frame });
  });
  return made.map(({ from, to, frame }) => ({ from: tenth(from), to: tenth(to), frame }));
}

const tenth = (value: number) => Math.round(10 * value) / 10;

function ticks(length: number, width: number): number[] {
  const every = secondsBetweenTicks.find(step => length / step <= width / 80) ?? length;
  return Array.from({ length: Math.floor(length / every + 1e-9) + 1 }, (_, at) => at * every);
}
