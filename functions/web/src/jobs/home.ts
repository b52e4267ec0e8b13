import street from '../../../../samples/street.jpg';
import { place } from '../address';
import { ended, Failure } from '../api';
import { announce, fill, h, icon } from '../dom';
import { rowOf } from './row';
import { clear, listen, recall, submissions, submit, type Submission } from './submission';

const uploadIcon = 'M10 13V3m0 0L6 7m4-4 4 4M3 13v3h14v-3';
const cameraIcon = 'M3 6h3l1.5-2h5L14 6h3v10H3zm7 7.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6z';

const atHome = () => place().parts[0] === '';

// Whether the list is to be on screen: the way of photos that were just chosen starts below what a phone shows.
let bring = false;
let showList = () => {};

// Kept while the page is: dropped and pasted photos are taken on every view.
let detailed = false;

/** Takes photos however they come. A single one is followed on its own page. */
export function take(files: Iterable<File>) {
  const added = submit(files, undefined, detailed);
  if (added.length === 0) return;
  announce(added.length === 1 ? `Uploading ${added[0]!.name}` : `Uploading ${added.length} photos`);
  const [only] = added;
  if (added.length > 1 || !only) {
    bring = true;
    if (atHome()) showList();
    else location.hash = '#/';
    return;
  }
  const stop = listen(changed => {
    if (changed !== only || !(only.id || only.error)) return;
    stop();
    if (only.id && atHome()) location.hash = `#/jobs/${only.id}`;
  });
  if (!atHome()) location.hash = '#/';
}

export function home(main: HTMLElement): () => void {
  const picker = h('input', { type: 'file', accept: 'image/*,.tif,.tiff,.avif', multiple: true, className: 'hidden-text', tabIndex: -1, 'aria-hidden': 'true', onchange: picked });
  const camera = h('input', { type: 'file', accept: 'image/*', capture: 'environment', className: 'hidden-text', tabIndex: -1, 'aria-hidden': 'true', onchange: picked });
  function picked(event: Event) {
    const input = event.currentTarget as HTMLInputElement;
    take([...input.files ?? []]);
    input.value = '';
  }

  const sampleButton = h('button', { type: 'button', className: 'button quiet', onclick: trySample }, 'Segment this photo');
  const sampleError = h('p', { className: 'error', role: 'alert', hidden: true });
  async function trySample() {
    sampleButton.disabled = true;
    try {
      const answer = await fetch(street);
      if (!answer.ok) throw new Failure('The sample photo cannot be read.');
      take([new File([await answer.blob()], 'street.jpg', { type: 'image/jpeg' })]);
    } catch {
      sampleError.textContent = 'The sample photo cannot be read. Reload the page.';
      sampleError.hidden = false;
    } finally {
      sampleButton.disabled = false;
    }
  }

  const list = h('ul', { className: 'submissions' });
  const clearing = h('button', { type: 'button', className: 'text-button', title: 'The jobs stay, under Jobs', onclick: () => { clear(); renew(); } }, 'Clear finished');
  const section = h('section', { 'aria-labelledby': 'session-title', hidden: true }, h('div', { className: 'row between' }, h('h2', { id: 'session-title' }, 'Your photos'), clearing), list);
  const rows = new Map<Submission, ReturnType<typeof rowOf>>();
  function show(submission: Submission) {
    section.hidden = false;
    clearing.hidden = !submissions.some(one => one.error ?? (one.job && ended(one.job.state)));
    const known = rows.get(submission);
    if (known) return known.show();
    const made = rowOf(submission);
    rows.set(submission, made);
    list.insertBefore(made.row, list.children[submissions.indexOf(submission)] ?? null);
  }

  fill(main,
    h('div', { className: 'hero' },
      h('div', { className: 'hero-text' },
        h('h1', {}, 'Every pixel of the road, named.'),
        h('p', { className: 'lead' }, 'Drop in a road photo and see which pixels are road, pavement, cars, people, signs and sky, and how confident the model is of each.'),
        h('div', { className: 'drop', onclick: (event: Event) => { if (event.target === event.currentTarget) picker.click(); } },
          h('div', { className: 'row' },
            h('button', { type: 'button', className: 'button', onclick: () => picker.click() }, icon(uploadIcon), 'Choose photos'),
            h('button', { type: 'button', className: 'button quiet touch-only', onclick: () => camera.click() }, icon(cameraIcon), 'Use the camera')),
          h('p', { className: 'hint' }, h('span', { className: 'mouse-only' }, 'or drop them anywhere on this page, or paste one. '), 'JPEG, PNG, WebP, AVIF or TIFF.'),
          h('label', { className: 'row check' },
            h('input', { type: 'checkbox', checked: detailed, onchange: (event: Event) => { detailed = (event.target as HTMLInputElement).checked; } }),
            h('span', {}, 'More detail ', h('span', { className: 'muted' }, 'in large photos: several runs of the model each, and how many is said with the photo'))),
          picker, camera)),
      h('figure', { className: 'sample' },
        h('img', { src: street, width: 751, height: 563, alt: 'A cobbled street between brick houses under a grey sky' }),
        h('figcaption', {}, h('span', {}, 'No photo at hand?'), sampleButton),
        sampleError)),
    section);
  function renew() {
    list.replaceChildren();
    rows.clear();
    section.hidden = true;
    submissions.forEach(show);
    main.focus({ preventScroll: true });
  }
  submissions.forEach(show);
  void recall();
  showList = () => {
    if (!bring) return;
    bring = false;
    section.scrollIntoView({ block: 'start' });
  };
  // After the view has taken its place.
  requestAnimationFrame(showList);
  return listen(show);
}
