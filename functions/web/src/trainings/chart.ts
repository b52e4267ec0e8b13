import { h } from '../dom';

export interface Series { name: string; look: string; points: readonly (readonly [x: number, y: number])[]; dots?: boolean }

interface Plot { title: string; unit: (y: number) => string; series: Series[]; floors?: { name: string; look: string; y: number }[]; last: number; from?: number; to?: number }

const height = 240;
const margin = { left: 46, right: 12, top: 10, bottom: 26 };
const space = 'http://www.w3.org/2000/svg';
const mostPoints = 600;

export function part(name: string, attributes: Record<string, string | number>, text = ''): SVGElement {
  const element = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  return element;
}

/** A line chart over updates, drawn anew for every width. Its numbers stand in a table beside it; the picture has a description alone. */
export function chart(): { element: HTMLElement; show: (plot: Plot) => void } {
  const legend = h('ul', { className: 'legend' });
  const place = h('div', { className: 'plot' });
  const title = h('h3', {});
  const readout = h('p', { className: 'hint plot-readout' });
  const element = h('figure', { className: 'chart' }, title, place, legend, readout);
  let plot: Plot | null = null;
  let drawn = 0;

  function draw() {
    const width = place.clientWidth;
    if (!plot || width === 0) return;
    drawn = width;
    place.replaceChildren(svgOf(plot, width));
  }

  place.addEventListener('pointermove', event => {
    if (!plot) return;
    const step = Math.max(0, (event.offsetX - margin.left) / Math.max(1, drawn - margin.left - margin.right)) * plot.last;
    readout.textContent = near(plot, step);
  });
  place.addEventListener('pointerleave', () => { readout.textContent = plot ? near(plot, Infinity) : ''; });
  new ResizeObserver(() => { if (place.clientWidth !== drawn) draw(); }).observe(place);

  return {
    element,
    show(next) {
      plot = next;
      title.textContent = next.title;
      legend.replaceChildren(...[...next.series, ...next.floors ?? []].map(one => h('li', {}, h('span', { className: `line ${one.look}` }), one.name)));
      readout.textContent = near(next, Infinity);
      draw();
    },
  };
}

/** The points at or before an update, in words. */
function near(plot: Plot, step: number): string {
  const found = plot.series.flatMap(one => {
    const point = one.points.findLast(([x]) => x <= step) ?? one.points[0];
    return point ? [{ name: one.name, point }] : [];
  });
  if (found.length === 0) return 'No points yet.';
  const at = Math.max(...found.map(({ point }) => point[0]));
  return `Update ${at.toLocaleString('en')}: ${found.map(({ name, point }) => `${name} ${plot.unit(point[1])}`).join(', ')}`;
}

function svgOf(plot: Plot, width: number): SVGElement {
  const all = [...plot.series.flatMap(one => one.points.map(([, y]) => y)), ...(plot.floors ?? []).map(floor => floor.y)];
  const from = plot.from ?? 0;
  const to = plot.to ?? (Math.max(...all, 0) * 1.05 || 1);
  const [inner, deep] = [width - margin.left - margin.right, height - margin.top - margin.bottom];
  const x = (step: number) => margin.left + (inner * step) / Math.max(1, plot.last);
  const y = (value: number) => margin.top + deep * (1 - (Math.min(to, Math.max(from, value)) - from) / (to - from));
  const svg = part('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': `${plot.title}. ${near(plot, Infinity)}` });
  for (const value of ticks(from, to, 4)) {
    svg.append(part('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: y(value), y2: y(value) }), part('text', { class: 'tick', x: margin.left - 8, y: y(value) + 4, 'text-anchor': 'end' }, plot.unit(value)));
  }
  for (const step of ticks(0, plot.last, width < 420 ? 3 : 5)) {
    svg.append(part('text', { class: 'tick', x: x(step), y: height - 6, 'text-anchor': x(step) > width - 24 ? 'end' : 'middle' }, step.toLocaleString('en')));
  }
  for (const floor of plot.floors ?? []) svg.append(part('line', { class: `series ${floor.look}`, x1: margin.left, x2: width - margin.right, y1: y(floor.y), y2: y(floor.y) }));
  for (const one of plot.series) {
    const points = thinned(one.points).map(([step, value]) => [x(step).toFixed(1), y(value).toFixed(1)] as const);
    svg.append(part('polyline', { class: `series ${one.look}`, points: points.map(point => point.join()).join(' ') }));
    if (one.dots) svg.append(...points.map(([cx, cy]) => part('circle', { class: `dot ${one.look}`, cx, cy, r: 3 })));
  }
  return svg;
}

// A screen has no more columns than that.
function thinned(points: Series['points']): Series['points'] {
  const every = Math.ceil(points.length / mostPoints);
  return every <= 1 ? points : points.filter((_, at) => at % every === 0 || at === points.length - 1);
}

/** Round numbers between two, about so many. */
function ticks(from: number, to: number, about: number): number[] {
  const raw = (to - from) / about;
  const scale = 10 ** Math.floor(Math.log10(raw || 1));
  const step = [1, 2, 5, 10].map(factor => factor * scale).find(size => size >= raw) ?? scale;
  return Array.from({ length: Math.floor((to - from) / step + 1e-9) + 1 }, (_, at) => from + at * step);
}
