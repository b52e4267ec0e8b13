import { call, ended, type Job } from '../api';
import { announce, bytes, dateTime, duration, fill, h, refresh } from '../dom';
import { explorer } from '../explore/explorer';
import { versionName } from '../models/named';
import { versionHash } from '../models/records';
import { action, words } from '../ui';
import { sendAgainButton } from './again';
import { capturedSection } from './captured';
import { askToErase, erase } from './erase';
import { reviewedSection } from './reviewed';
import { problemOf, stageList, stateWord } from './stages';
import { adopt, listen, submissions, wasSending } from './submission';
import { watch } from './watch';
import { webhookSection } from './webhook';

// The service's own names of its stages.
const stageWords: Record<string, string> = {
  read: 'Photo read', decode: 'Photo decoded, made small', store: 'Small photo stored', claim: 'Job taken up', fetch: 'Small photo fetched', wait: 'Waiting for the model', infer: 'Model',
  upsample: 'Classes at full size', encode: 'Results encoded', commit: 'Results stored',
};

/** The page of one job: its stages while it runs, then its result. */
export function jobPage(main: HTMLElement, id: string): () => void {
  let submission = submissions.find(one => one.id === id);
  const stop = new AbortController();
  const title = h('h1', {}, submission?.name ?? 'Job');
  const facts = h('p', { className: 'muted facts' });
  const stage = h('div', { className: 'stage' });
  const side = h('aside', { className: 'side', 'aria-label': 'About this photo' });
  const trouble = h('p', { className: 'hint', role: 'status' });
  const taking = action('Cancel', cancel, 'button quiet');
  let steps = stageList(undefined, submission);
  const progress = h('section', { className: 'progress' }, h('h2', {}, 'Progress'), steps, taking);
  let job: Job | undefined;
  let dispose = () => {};
  let shown = '';
  let failed = '';

  const result = h('div', { className: 'result' }, stage, side);
  const webhook = webhookSection(id, stop.signal);
  const own = h('div', { className: 'own', hidden: true }, webhook.section, h('section', {}, action('Delete for good', remove, 'button danger'), h('p', { className: 'hint' }, 'The photo and its results, at once and for good.')));
  const waiting = h('div', { className: 'frame waiting' }, submission?.preview && h('img', { src: submission.preview, alt: '', onerror: (event: Event) => { (event.target as HTMLElement).remove(); if (failed) alone(true); } }));
  fill(main, h('div', { className: 'page-head' }, title, facts), result, own);
  fill(stage, waiting);

  const unlisten = listen(changed => changed === submission && update(changed.job));
  // Of what was sent before the page was loaded, the newest is asked for.
  if (submission?.file) update(submission.job);
  else {
    watch(id, update, stop.signal, text => {
      trouble.textContent = text;
      if (!job) fill(side, trouble);
    }).catch((error: unknown) => noResult(words(error)));
  }

  function update(next: Job | undefined) {
    if (stop.signal.aborted) return;
    // Sent again, it is another job.
    if (submission?.id && submission.id !== id) return location.replace(`#/jobs/${submission.id}`);
    job = next;
    own.hidden = !job;
    if (job) webhook.tell(job);
    if (!submission && job && wasSending(job)) submission = adopt(job);
    title.textContent = job?.fileName ?? submission?.name ?? 'Photo';
    document.title = `${title.textContent} · RoadSeg`;
    const known = [job?.image && `${job.image.width} × ${job.image.height}`, job?.image && bytes(job.image.bytes), job && dateTime(job.times.createdAt)].filter(Boolean).join('  ·  ');
    refresh(facts, known, job?.result && '  ·  seen by ', job?.result && h('a', { href: versionHash(job.result.model, job.result.modelVersion) }, `${job.result.model} of ${versionName(job.result.modelVersion)}`));
    if (job?.state === 'succeeded') return void succeed(job);
    const problem = submission?.error ?? problemOf(job);
    if (problem) return noResult(problem);
    wait();
    const word = job ? stateWord[job.state] : 'uploading';
    if (word !== shown) announce(shown = word);
  }

  function alone(yes: boolean) {
    stage.hidden = yes;
    result.classList.toggle('alone', yes);
  }

  function wait() {
    failed = '';
    alone(false);
    taking.hidden = job?.state === 'succeeded';
    waiting.classList.remove('failed');
    trouble.textContent = submission?.trouble ?? '';
    const next = stageList(job, submission);
    steps.replaceWith(next);
    steps = next;
    // The button stays what it is, so that it keeps the focus and a click that has begun.
    if (progress.parentElement !== side || trouble.parentElement !== side) fill(side, progress, trouble);
  }

  async function cancel() {
    if (submission && !submission.job && submission.uploadMilliseconds === undefined) submission.stop.abort();
    await call(`/v1/jobs/${encodeURIComponent(id)}`, { method: 'DELETE' });
  }

  async function remove() {
    if (!await askToErase([job!])) return;
    await erase(id);
    if (stop.signal.aborted) return;
    location.replace('#/jobs');
    announce('Deleted for good');
  }

  function noResult(message: string) {
    if (!submission && job && ended(job.state) && (job.failure?.retryable ?? true)) submission = adopt(job);
    const again = submission?.again;
    fail('No result', message, again && sendAgainButton(submission!, 'button'), h('a', { className: again ? 'button quiet' : 'button', href: '#/' }, 'Try another photo'));
  }

  function fail(heading: string, message: string, ...ways: (Node | false | undefined)[]) {
    if (stop.signal.aborted || failed === message) return;
    failed = message;
    fill(side,
      h('section', { className: 'problem' },
        h('h2', {}, heading),
        h('p', { className: 'error', role: 'alert' }, message),
        job && stageList(job, submission),
        h('div', { className: 'row' }, ...ways)));
    // Without a picture that the browser can show, the words stand alone.
    const picture = waiting.querySelector('img');
    if (picture && (!picture.complete || picture.naturalWidth > 0)) waiting.classList.add('failed');
    else alone(true);
  }

  async function succeed(done: Job, own = false) {
    if (shown === 'succeeded') return;
    shown = 'succeeded';
    wait();
    try {
      const leave = await explorer(stage, side, done, own);
      if (stop.signal.aborted) return leave();
      dispose = leave;
      side.querySelector('.classes')!.after(reviewedSection(done, own, again, () => void call(`/v1/jobs/${encodeURIComponent(id)}`).then(answer => answer.json() as Promise<Job>).then(now => { job = now; again(false); })));
      side.append(capturedSection(done) ?? '', times(done));
      announce(done.review && !own ? 'The result is shown as it was corrected.' : 'Done. The result is shown.');
    } catch (error) {
      shown = '';
      fail('The result could not be loaded', words(error), button('Try again', () => void succeed(done)));
    }
  }

  // The other mask, or the result as it is now.
  function again(own: boolean) {
    dispose();
    dispose = () => {};
    shown = '';
    void succeed(job!, own).then(() => (own || job!.review ? side.querySelector<HTMLElement>('.reviewed input') : side.querySelector<HTMLElement>('.reviewed a'))?.focus({ preventScroll: true }));
  }

  function times(done: Job): HTMLElement {
    const total = Date.parse(done.times.finishedAt!) - Date.parse(done.times.createdAt);
    return h('details', { className: 'times' },
      h('summary', {}, `${duration(total)} from submission to result`),
      stageList(done, submission),
      h('dl', {}, ...Object.entries(done.stages).flatMap(([name, value]) => (value === undefined ? [] : [h('dt', {}, stageWords[name] ?? name), h('dd', {}, `${value.toFixed(1)} ms`)]))),
      h('p', {}, `Computed on ${done.result!.provider === 'cpu' ? 'a processor (CPU)' : 'a graphics card (GPU)'}.`));
  }

  return () => {
    stop.abort();
    unlisten();
    dispose();
  };
}

const button = (label: string, onclick: () => void) => h('button', { type: 'button', className: 'button', onclick }, label);
