import street from '../../../../samples/street.jpg';
import { Failure } from '../api';
import { announce, bytes, fill, h, icon } from '../dom';
import { listen, submissions, submit, type Submission } from './submission';
import { stageList, stateWord } from './stages';

const uploadIcon = 'M10 13V3m0 0L6 7m4-4 4 4M3 13v3h14v-3';
const cameraIcon = 'M3 6h3l1.5-2h5L14 6h3v10H3zm7 7.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6z';

/** Takes photos however they come. A single one is followed on its own page. */
export function take(files: Iterable<File>) {
  const added = submit(files);
  if (added.length === 0) return;
  announce(added.length === 1 ? `Uploading ${added[0]!.file.name}` : `Uploading ${added.length} photos`);
  const [only] = added;
  if (added.length > 1 || !only) {
    location.hash = '#/';
    return;
  }
  const stop = listen(changed => {
    if (changed !== only || !(only.id || only.error)) return;
    stop();
    if (only.id && location.hash.replace('#/', '') === '') location.hash = `#/jobs/${only.id}`;
  });
  if (location.hash.replace('#/', '') !== '') location.hash = '#/';
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
  const section = h('section', { 'aria-labelledby': 'session-title', hidden: true }, h('h2', { id: 'session-title' }, 'Your photos'), list);
  const rows = new Map<Submission, HTMLElement>();
  function show() {
    section.hidden = submissions.length === 0;
    for (const submission of [...submissions].reverse()) {
      if (!rows.has(submission)) {
        const row = h('li', {});
        rows.set(submission, row);
        list.prepend(row);
      }
      renderRow(rows.get(submission)!, submission);
    }
  }

  fill(main,
    h('div', { className: 'hero' },
      h('div', { className: 'hero-text' },
        h('h1', {}, 'Every pixel of the road, named.'),
        h('p', { className: 'lead' }, 'Drop in a road photo and see which pixels are road, pavement, cars, people, signs and sky, and how sure the model is of each.'),
        h('div', { className: 'drop', onclick: (event: Event) => { if (event.target === event.currentTarget) picker.click(); } },
          h('div', { className: 'row' },
            h('button', { type: 'button', className: 'button', onclick: () => picker.click() }, icon(uploadIcon), 'Choose photos'),
            h('button', { type: 'button', className: 'button quiet touch-only', onclick: () => camera.click() }, icon(cameraIcon), 'Use the camera')),
          h('p', { className: 'hint' }, h('span', { className: 'mouse-only' }, 'or drop them anywhere on this page, or paste one. '), 'JPEG, PNG, WebP, AVIF or TIFF.'),
          picker, camera)),
      h('figure', { className: 'sample' },
        h('img', { src: street, width: 751, height: 563, alt: 'A cobbled street between brick houses under a grey sky' }),
        h('figcaption', {}, h('span', {}, 'No photo at hand?'), sampleButton),
        sampleError)),
    section);
  show();
  return listen(show);
}

function renderRow(row: HTMLElement, submission: Submission) {
  const { file, job } = submission;
  const message = submission.error ?? job?.failure?.message;
  const state = submission.error ? 'failed' : job ? stateWord[job.state] : submission.sent < 1 ? 'uploading' : 'uploaded';
  const preview = row.querySelector('img') ?? h('img', { src: submission.preview, alt: '', onerror: (event: Event) => (event.target as HTMLElement).classList.add('broken') });
  fill(row,
    preview,
    h('div', { className: 'submission-text' },
      h('p', { className: 'submission-name' },
        submission.id ? h('a', { href: `#/jobs/${submission.id}` }, file.name) : file.name,
        ' ', h('span', { className: 'muted' }, bytes(file.size))),
      submission.sent < 1 && !message && h('progress', { max: 1, value: submission.sent, 'aria-label': `Upload of ${file.name}` }),
      message ? h('p', { className: 'error' }, message) : stageList(job, submission)),
    h('span', { className: `state ${message ? 'failed' : job?.state ?? ''}` }, state));
}
