import { announce, bytes, fill, h } from '../dom';
import { sendAgain, type Submission } from './submission';
import { stageList, stateWord } from './stages';

/** A photo of this session in the list; `show` follows its changes, and while it is uploaded moves nothing but its progress. */
export function rowOf(submission: Submission): { row: HTMLElement; show: () => void } {
  const { file } = submission;
  const name = h('p', { className: 'submission-name' });
  const text = h('div', {});
  const state = h('span', {});
  const row = h('li', { tabIndex: -1 },
    h('img', { src: submission.preview, alt: '', onerror: (event: Event) => (event.target as HTMLElement).classList.add('broken') }),
    h('div', { className: 'submission-text' }, name, text),
    state);
  let linked: string | undefined;
  let shown = '';
  let told: string | undefined;

  function show() {
    const { id, job, sent, error, trouble } = submission;
    const message = error ?? job?.failure?.message;
    const now = JSON.stringify([id, job, sent < 1, submission.uploadMilliseconds, error, trouble, submission.again]);
    if (now === shown) {
      text.querySelector('progress')?.setAttribute('value', String(sent));
      const part = text.querySelector('.now .stage-time');
      if (part && sent < 1) part.textContent = `${Math.round(100 * sent)} %`;
      return;
    }
    if (!shown || linked !== id) fill(name, id ? h('a', { href: `#/jobs/${id}` }, file.name) : file.name, ' ', h('span', { className: 'muted' }, bytes(file.size)));
    fill(text,
      sent < 1 && !message && h('progress', { max: 1, value: sent, 'aria-label': `Upload of ${file.name}` }),
      message ? h('p', { className: 'error' }, message) : stageList(job, submission),
      trouble && h('p', { className: 'hint' }, trouble),
      submission.again && h('button', { type: 'button', className: 'text-button', onclick: () => { row.focus(); sendAgain(submission); } }, 'Send again'));
    state.className = `state ${message ? 'failed' : job?.state ?? ''}`;
    state.textContent = error ? 'failed' : job ? stateWord[job.state] : sent < 1 ? 'uploading' : 'uploaded';
    if (shown && message && message !== told) announce(`${file.name}: ${message}`);
    [shown, linked, told] = [now, id, message];
  }

  show();
  return { row, show };
}
