import { call, type Job } from '../api';
import { announce, bytes, dateTime, duration, fill, h } from '../dom';
import { explorer } from '../explore/explorer';
import { action, words } from '../ui';
import { stageList, stateWord } from './stages';
import { listen, sendAgain, submissions } from './submission';
import { watch } from './watch';

/** The page of one job: its stages while it runs, then its result. */
export function jobPage(main: HTMLElement, id: string): () => void {
  const submission = submissions.find(one => one.id === id);
  const stop = new AbortController();
  const title = h('h1', {}, submission?.file.name ?? 'Job');
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
  const waiting = h('div', { className: 'frame waiting' }, submission && h('img', { src: submission.preview, alt: '', onerror: (event: Event) => { (event.target as HTMLElement).remove(); if (failed) alone(true); } }));
  fill(main, h('div', { className: 'page-head' }, title, facts), result);
  fill(stage, waiting);

  const unlisten = submission ? listen(changed => changed === submission && update(submission.job)) : () => {};
  if (submission) update(submission.job);
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
    title.textContent = job?.fileName ?? submission?.file.name ?? 'Photo';
    document.title = `${title.textContent} · RoadSeg`;
    facts.textContent = [
      job?.image && `${job.image.width} × ${job.image.height}`,
      job?.image && bytes(job.image.bytes),
      job?.result && `${job.result.model} ${job.result.modelVersion} on ${job.result.provider}`,
      job && dateTime(job.times.createdAt),
    ].filter(Boolean).join('  ·  ');
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

  function noResult(message: string) {
    const again = submission?.again;
    fail('No result', message, again && button('Send again', () => sendAgain(submission)), h('a', { className: again ? 'button quiet' : 'button', href: '#/' }, 'Try another photo'));
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

  async function succeed(done: Job) {
    if (shown === 'succeeded') return;
    shown = 'succeeded';
    wait();
    try {
      const leave = await explorer(stage, side, done);
      if (stop.signal.aborted) return leave();
      dispose = leave;
      side.append(times(done));
      announce('Done. The result is shown.');
    } catch (error) {
      shown = '';
      fail('The result could not be loaded', words(error), button('Try again', () => void succeed(done)));
    }
  }

  function times(done: Job): HTMLElement {
    const total = Date.parse(done.times.finishedAt!) - Date.parse(done.times.createdAt);
    return h('details', { className: 'times' },
      h('summary', {}, `${duration(total)} from submission to result`),
      stageList(done, submission),
      h('dl', {}, ...Object.entries(done.stages).flatMap(([name, value]) => (value === undefined ? [] : [h('dt', {}, name), h('dd', {}, `${value.toFixed(1)} ms`)]))));
  }

  return () => {
    stop.abort();
    unlisten();
    dispose();
  };
}

const button = (label: string, onclick: () => void) => h('button', { type: 'button', className: 'button', onclick }, label);

function problemOf(job: Job | undefined): string | undefined {
  switch (job?.state) {
    case 'failed': return job.failure!.message;
    case 'canceled': return 'This job was canceled before it had a result.';
    case 'expired': return 'No photo came before the upload key ended. Send it again.';
    default: return undefined;
  }
}
