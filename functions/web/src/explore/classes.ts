import type { Summary } from '../api';
import { fill, h, percent } from '../dom';
import { bar, swatch } from '../ui';

export interface ClassChart extends HTMLElement {
  /** Shows the shares of what is sure enough. */
  tell(left: Summary): void;
}

/**
 * The classes of a summary as a bar chart whose rows switch them. `show` gets colours by class id, 4 bytes each, whenever
 * they change, and the names of the classes that are switched off; null makes a chart without switches.
 */
export function classChart(summary: Summary, show: ((palette: Uint8Array, hidden: ReadonlySet<string>) => void) | null, off: ReadonlySet<string> = new Set()): ClassChart {
  const classes = summary.classes.filter(one => one.pixels > 0).toSorted((a, b) => b.pixels - a.pixels);
  const absent = summary.classes.filter(one => one.pixels === 0);
  const most = classes[0]?.share ?? 1;
  const hidden = new Set(summary.classes.filter(one => off.has(one.name)).map(one => one.id));
  let lit: number | null = null;

  function update() {
    const palette = new Uint8Array(4 * 256);
    for (const { id, color } of summary.classes) {
      const rgb = Number.parseInt(color.slice(1), 16);
      palette.set([rgb >> 16, (rgb >> 8) & 255, rgb & 255, hidden.has(id) ? 0 : lit === null || lit === id ? 255 : 40], 4 * id);
    }
    show?.(palette, new Set(summary.classes.filter(one => hidden.has(one.id)).map(one => one.name)));
  }

  const tellers: ((left: Summary) => void)[] = [];
  const boxes = new Map<number, HTMLInputElement>();
  const rows = classes.map(one => {
    const square = swatch(one.color);
    const box = h('input', { type: 'checkbox', checked: !hidden.has(one.id), onchange: () => toggle(one.id, box.checked) });
    boxes.set(one.id, box);
    const [share, sure] = [h('span', { className: 'class-share' }), h('span', { className: 'class-sure' })];
    const parts = [h('span', { className: 'class-name' }, one.name), share, bar(one.share / most, one.color), sure];
    tellers.push(left => {
      const now = left.classes.find(({ id }) => id === one.id)!;
      share.textContent = percent(now.share);
      sure.textContent = now.meanConfidence === undefined ? '' : `confidence ${Math.round(100 * now.meanConfidence)} %`;
      parts[2]!.replaceWith(parts[2] = bar(now.share / most, one.color));
    });
    return h('li', { onpointerenter: () => light(one.id), onpointerleave: () => light(null) },
      show ? h('label', {}, box, square, ...parts) : h('div', { className: 'class-row' }, square, ...parts));
  });

  const unsure = h('span', { className: 'class-share' });
  const unsureRow = h('li', { hidden: true }, h('div', { className: 'class-row' }, h('span', { className: 'swatch unsure' }), h('span', { className: 'class-name' }, 'unknown'), unsure));
  function tell(left: Summary) {
    tellers.forEach(one => one(left));
    unsureRow.hidden = !left.unknown;
    unsure.textContent = percent(left.unknown?.share ?? 0);
  }

  function toggle(id: number, on: boolean) {
    if (on) hidden.delete(id);
    else hidden.add(id);
    update();
  }
  function light(id: number | null) {
    lit = id !== null && !hidden.has(id) ? id : null;
    update();
  }
  function all(on: boolean) {
    for (const [id, box] of boxes) {
      box.checked = on;
      if (on) hidden.delete(id);
      else hidden.add(id);
    }
    update();
  }

  const section = h('section', { className: 'classes', 'aria-labelledby': 'classes-title' });
  fill(section,
    h('div', { className: 'row between' },
      h('h2', { id: 'classes-title' }, 'Classes'),
      show && h('div', { className: 'row' },
        h('button', { type: 'button', className: 'text-button', onclick: () => all(true) }, 'All'),
        h('button', { type: 'button', className: 'text-button', onclick: () => all(false) }, 'None'))),
    h('ul', { className: 'class-list' }, ...rows, unsureRow),
    classes.some(one => one.meanConfidence !== undefined) && h('details', {}, h('summary', {}, 'What confidence means'),
      h('p', {}, 'For every pixel the model scores each class, and names the one with the highest score. Confidence is that score; beside a class stands the mean over its pixels.'),
      h('p', {}, 'It is not the chance of being right. Models are often confident and wrong, most of all on photos unlike those that they learned from. How often a model is right is measured on labelled photos, under ', h('a', { href: '#/models' }, 'Models'), '.')),
    absent.length > 0 && h('p', { className: 'hint' }, `Not in this photo: ${absent.map(one => one.name).join(', ')}.`));
  update();
  tell(summary);
  return Object.assign(section, { tell });
}
