import { call } from '../api';
import { fill, h } from '../dom';
import { words } from '../ui';
import type { Dataset } from './records';

const first = 6;
const picture = /^data:image\/(?:jpeg|png);base64,[\w+/=]+$/;

/** Samples of a set, image and map side by side, out of the report's page: its pictures lie inside it. */
export function samples(set: Dataset, signal: AbortSignal): HTMLElement {
  const list = h('ul', { className: 'samples' });
  const message = h('p', { className: 'hint', role: 'status' }, 'Reading the samples …');
  const more = h('button', { type: 'button', className: 'button quiet', hidden: true, onclick: () => show(Infinity) }, 'Show more');
  let found: HTMLElement[] = [];
  function show(count: number) {
    fill(list, ...found.slice(0, count));
    more.hidden = found.length <= count;
  }

  void (async () => {
    try {
      found = figuresOf(await (await call(set.links.page!, { signal })).text());
      message.hidden = found.length > 0;
      message.textContent = 'The report holds none.';
      show(first);
    } catch (error) {
      if (!signal.aborted) message.textContent = words(error);
    }
  })();
  return h('section', {}, h('h2', {}, 'Samples'), h('p', { className: 'hint' }, 'Picked at random, at the size that a training run sees; black has no label.'), message, list, more);
}

/** The pairs of pictures of a report. They are read, never inserted: of the page's markup nothing comes here but addresses of pictures and text. */
function figuresOf(page: string): HTMLElement[] {
  return [...page.matchAll(/<figure>(.*?)<\/figure>/gs)].flatMap(([, figure]) => {
    const [photo, labels] = [...figure!.matchAll(/src="([^"]+)"/g)].map(([, source]) => source!).filter(source => picture.test(source));
    const shape = /aspect-ratio:(\d+)\/(\d+)/.exec(figure!);
    const [id = '', split = ''] = [...figure!.matchAll(/<(?:span|em)>([^<]*)</g)].map(([, text]) => text!);
    if (!photo || !labels) return [];
    const images = [h('img', { src: photo, alt: `Photo of ${plain(id)}` }), h('img', { src: labels, alt: `Its labels` })];
    for (const image of images) {
      image.loading = 'lazy';
      if (shape) image.style.aspectRatio = `${shape[1]} / ${shape[2]}`;
    }
    return [h('li', {}, h('figure', {}, h('div', { className: 'pair' }, ...images), h('figcaption', {}, h('span', {}, plain(id)), h('span', { className: 'hint' }, split))))];
  });
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };
const plain = (text: string) => text.replace(/&(?:#(\d+)|(\w+));/g, (whole, code: string | undefined, name: string | undefined) => (code ? String.fromCodePoint(Number(code)) : entities[name!] ?? whole));
