import { announce, bytes, fill, h } from '../dom';
import { sendAgainButton } from './again';
import { problemOf, stageList, stateWord } from './stages';
import type { Submission } from './submission';
import { paint } from './thumbnails';

/** A photo of this session in the list; `show` follows its changes, and while it is uploaded moves nothing but its progress. */
export function rowOf(submission: Submission): { row: HTMLElement; show: () => void } {
  const look = h('div', { className: 'look' });
  const name = h('p', { className: 'submission-name' });
  const text = h('div', {});
  const state = h('span', {});
  const row = h('li', { tabIndex: -1 },
    look,
    h('div', { className: 'submission-text' }, name, text),
    state);
  const cost = h('span', { className: 'muted' });
  let linked: string | undefined;
  let named = '';
  let shown = '';
  let looked: string | undefined;
  let told: string | undefined;

  // The photo that was chosen; of one that was sent before the page was loaded, what came of it.
  function picture(): HTMLElement | null {
    if (submission.preview) return h('img', { src: submission.preview, alt: '', onerror: (event: Event) => (event.target as HTMLElement).classList.add('broken') });
    if (submission.job?.state !== 'succeeded') return null;
    const canvas = h('canvas', {});
    void paint(canvas, submission.job);
    return canvas;
  }

  function show() {
    const { id, job, sent, error, trouble } = submission;
    const message = error ?? problemOf(job);
    const seen = submission.preview ?? job?.state ?? '';
    if (seen !== looked) fill(look, picture());
    looked = seen;
    const now = JSON.stringify([id, job, submission.runs, submission.name, sent < 1, submission.uploadMilliseconds, error, trouble, submission.again]);
    if (now === shown) {
      text.querySelector('progress')?.setAttribute('value', String(sent));
      const part = text.querySelector('.now .stage-time');
      if (part && sent < 1) part.textContent = `${Math.round(100 * sent)} %`;
      return;
    }
    const runs = submission.runs ?? job?.runs;
    cost.textContent = runs === undefined ? '' : runs === 1 ? ' 1 run: no larger than the model looks at' : ` ${runs} runs of the model`;
    if (!shown || linked !== id || named !== submission.name) fill(name, id ? h('a', { href: `#/jobs/${id}` }, submission.name) : submission.name, ' ', submission.size !== undefined && h('span', { className: 'muted' }, bytes(submission.size)), cost);
    fill(text,
      sent < 1 && !message && h('progress', { max: 1, value: sent, 'aria-label': `Upload of ${submission.name}` }),
      message ? h('p', { className: 'error' }, message) : stageList(job, submission),
      trouble && h('p', { className: 'hint' }, trouble),
      submission.again && sendAgainButton(submission, 'text-button', () => row.focus()));
    state.className = `state ${message ? 'failed' : job?.state ?? ''}`;
    state.textContent = error ? 'failed' : job ? stateWord[job.state] : sent < 1 ? 'uploading' : 'uploaded';
    if (shown && message && message !== told) announce(`${submission.name}: ${message}`);
    [shown, linked, named, told] = [now, id, submission.name, message];
  }

  show();
  return { row, show };
}
