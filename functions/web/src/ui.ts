import { Failure } from './api';
import { fill, h, percent } from './dom';
import { useAnotherKey } from './key';

/** What went wrong, in words. */
export const words = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** A small square of a class's colour. */
export function swatch(color: string): HTMLElement {
  const square = h('span', { className: 'swatch' });
  square.style.setProperty('--class', color);
  return square;
}

/** A bar over its track; `part` is 0 to 1. The number stands beside it, so it is hidden from screen readers. */
export function bar(part: number, color?: string): HTMLElement {
  const filled = h('span', { className: 'bar' });
  filled.style.width = `${100 * Math.min(1, Math.max(0, part))}%`;
  if (color) filled.style.setProperty('--class', color);
  return h('span', { className: 'track', 'aria-hidden': 'true' }, filled);
}

/** A word for where a thing stands. */
export const pill = (state: string, word = state) => h('span', { className: `state ${state}` }, word);

/** Numbers with what they count. */
export function figures(...entries: (readonly [label: string, value: string | number | undefined, detail?: string | undefined])[]): HTMLElement {
  return h('dl', { className: 'wholes' }, ...entries.flatMap(([label, value, detail]) =>
    value === undefined ? [] : [h('div', {}, h('dt', {}, label), h('dd', {}, typeof value === 'number' ? value.toLocaleString('en') : value), detail && h('dd', { className: 'hint' }, detail))]));
}

/** A box that scrolls sideways what is too wide for it, by keys too. */
export function scrolling(label: string, content: Node): HTMLElement {
  const box = h('div', { className: 'scrolling', role: 'group', 'aria-label': label }, content);
  new ResizeObserver(() => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute('tabindex');
  }).observe(box);
  return box;
}

/** A table whose first cell of each row is its heading. The last columns, of numbers, are set to the right; a column of sentences keeps room for them. */
export function table(caption: string, columns: string[], rows: (Node | string)[][], numbers = 0, sentences = -1): HTMLElement {
  const look = (at: number) => (at >= columns.length - numbers ? 'number' : at === sentences ? 'sentence' : undefined);
  return scrolling(caption,
    h('table', {},
      h('caption', {}, caption),
      h('thead', {}, h('tr', {}, ...columns.map((name, at) => h('th', { scope: 'col', className: look(at) }, name)))),
      h('tbody', {}, ...rows.map(cells => h('tr', {}, ...cells.map((cell, at) => h(at === 0 ? 'th' : 'td', { ...(at === 0 ? { scope: 'row' } : {}), className: look(at) }, cell)))))));
}

/** Classes with a share each, as bars of their colours; `detail` is one more number a row. */
export function classBars(caption: string, rows: { name: string; color: string; share: number; part?: number; detail?: string }[]): HTMLElement {
  return h('table', { className: 'class-bars' }, h('caption', {}, caption), h('tbody', {}, ...rows.map(row => h('tr', {},
    h('th', { scope: 'row' }, swatch(row.color), row.name),
    h('td', { className: 'bar-cell' }, bar(row.part ?? row.share, row.color)),
    h('td', { className: 'number' }, percent(row.share)),
    row.detail !== undefined && h('td', { className: 'number muted' }, row.detail)))));
}

/** A field with its name above it. */
export const fieldOf = (label: string, input: HTMLElement) => h('div', { className: 'field' }, h('label', { for: input.id }, label), input);

/** A button that does something on the service: still meanwhile, and what went wrong stands below it, with a way to give an operator's key. */
export function action(label: string, act: () => Promise<void>, look = 'button'): HTMLElement {
  const message = h('p', { className: 'error', role: 'alert', hidden: true });
  const button = h('button', { type: 'button', className: look, onclick: () => void run() }, label);
  async function run() {
    button.disabled = true;
    message.hidden = true;
    try {
      await act();
    } catch (error) {
      const other = error instanceof Failure && error.code === 'operator-required'
        ? h('button', { type: 'button', className: 'text-button', onclick: () => void useAnotherKey().then(given => (given ? run() : undefined)) }, 'Use another key')
        : null;
      fill(message, words(error), ' ', other);
      message.hidden = false;
    } finally {
      button.disabled = false;
    }
  }
  return h('div', { className: 'action' }, button, message);
}
