import { call, type Job } from '../api';
import { announce, download, h, stem } from '../dom';
import { words } from '../ui';

/** The files of a result: the link, what it is called, and how its file's name ends. */
export const downloads: readonly (readonly [link: string, label: string, suffix: string])[] = [
  ['mask', 'Mask', '.mask.png'],
  ['color', 'Coloured mask', '.color.png'],
  ['overlay', 'Overlay', '.overlay.jpg'],
  ['summary', 'Summary', '.summary.json'],
  ['polygons', 'Polygons', '.polygons.json'],
];

/** Buttons that download the files of a result as it is shown, `query` being what that takes, and one that copies the link to it. */
export function downloadList(job: Job, link: () => string, query: () => string = () => ''): HTMLElement {
  const name = stem(job.fileName ?? 'photo');
  const error = h('p', { className: 'error', role: 'alert', hidden: true });
  async function fetchTo(from: string, file: string, button: HTMLButtonElement) {
    error.hidden = true;
    button.disabled = true;
    try {
      download(await (await call(job.links[from]! + (from === 'review' ? '' : query()))).blob(), file);
      announce(`${file} downloaded`);
    } catch (failure) {
      error.textContent = words(failure);
      error.hidden = false;
    } finally {
      button.disabled = false;
    }
  }
  const copy = h('button', { type: 'button', className: 'button quiet', title: 'With what is shown now: the view, the classes', onclick: () => void copyLink() }, 'Copy link');
  async function copyLink() {
    try {
      await navigator.clipboard.writeText(link());
      copy.textContent = 'Link copied';
      announce('Link copied');
    } catch {
      error.textContent = `The browser does not let this page copy. The address is ${link()}`;
      error.hidden = false;
    }
    setTimeout(() => { copy.textContent = 'Copy link'; }, 2500);
  }
  return h('section', { className: 'actions', 'aria-labelledby': 'download-title' },
    h('h2', { id: 'download-title' }, 'Download'),
    h('div', { className: 'download-list' }, ...downloads.map(([from, label, suffix]) =>
      h('button', { type: 'button', className: 'button quiet', onclick: (event: Event) => void fetchTo(from, name + suffix, event.currentTarget as HTMLButtonElement) }, label)),
      job.links.review && h('button', { type: 'button', className: 'button quiet', onclick: (event: Event) => void fetchTo('review', `${name}.review.png`, event.currentTarget as HTMLButtonElement) }, 'Corrected mask'),
      copy),
    error);
}
