import type { Summary } from '../api';
import { h } from '../dom';
import type { Plane } from './png';
import { regionsOf } from './regions';
import type { Viewer } from './viewer';

const room = 4;

/** The names of classes on their regions, as many as do not cover each other. They follow the view; the classes beside the picture say the same to screen readers. */
export function regionNames(viewer: Viewer, ids: Plane, summary: Summary, hidden: () => ReadonlySet<string>, known: (at: number) => boolean) {
  const element = h('div', { className: 'region-names', 'aria-hidden': 'true', hidden: true });
  let names: { x: number; y: number; name: string; tag: HTMLElement }[] | undefined;

  function make() {
    const classes = new Map(summary.classes.map(one => [one.id, one.name]));
    names = regionsOf(ids, known).flatMap(({ id, x, y }) => {
      const name = classes.get(id);
      return name === undefined ? [] : [{ x, y, name, tag: h('span', {}, name) }];
    });
    element.replaceChildren(...names.map(({ tag }) => tag));
    return names;
  }

  function update() {
    if (element.hidden) return;
    const placed: { left: number; right: number; top: number; bottom: number }[] = [];
    for (const { x, y, name, tag } of names ?? make()) {
      const [left, top] = viewer.onCanvas(x, y);
      const [wide, high] = [tag.offsetWidth / 2 + room, tag.offsetHeight / 2 + room];
      const box = { left: left - wide, right: left + wide, top: top - high, bottom: top + high };
      const inside = box.left >= 0 && box.top >= 0 && box.right <= viewer.canvas.clientWidth && box.bottom <= viewer.canvas.clientHeight;
      const free = inside && !hidden().has(name) && placed.every(one => one.right < box.left || one.left > box.right || one.bottom < box.top || one.top > box.bottom);
      tag.style.visibility = free ? 'visible' : 'hidden';
      tag.style.transform = `translate(${left}px, ${top}px) translate(-50%, -50%)`;
      if (free) placed.push(box);
    }
  }

  viewer.views.add(update);
  return {
    element,
    update,
    /** Other pixels are known. */
    renew() {
      names = undefined;
      update();
    },
    show(yes: boolean) {
      element.hidden = !yes;
      update();
    },
  };
}
