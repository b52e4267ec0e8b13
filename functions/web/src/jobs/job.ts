import { call, ended, type Job } from '../api';
import { announce, bytes, dateTime, duration, fill, h } from '../dom';
import { explorer } from '../explore/explorer';
import { stageList, stateWord } from './stages';
import { listen, submissions, watch } from './submission';

/** The page of one job: its stages while it runs, then its result. */
export function jobPage(main: HTMLElement, id: string): () => void {
  const submission = submissions.find(one => one.id === id);
  const stop = new AbortController();
  const title = h('h1', {}, submission?.file.name ?? 'Job');
  const facts = h('p', { className: 'muted facts' });
  const stage = h('div', { className: 'stage' });
  const side = h('aside', { className: 'side', 'aria-label': 'About this photo' });
  let job: Job | undefined = submission?.job;
  let dispose = () => {};
  let shown = '';
  let failed = false;

  const result = h('div', { className: 'result' }, stage, side);
  fill(main, h('div', { className: 'page-head' }, title, facts), result);
  if (submission) fill(stage, h('div', { className: 'frame waiting' }, h('img', { src: submission.preview, alt: '', onerror: (event: Event) => { (event.target as HTMLElement).remove(); if (failed) alone(); } })));
  else fill(stage, h('div', { className: 'frame waiting' }));

  const unlisten = submission ? listen(changed => changed === submission && update(submission.job)) : () => {};
  if (submission) update(submission.job);
  if (!submission || submission.error || (job && ended(job.state))) {
    watch(id, update, stop.signal).catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));
  }

  function update(next: Job | undefined) {
    if (stop.signal.aborted) return;
    job = next;
    title.textContent = job?.fileName ?? submission?.file.name ?? 'Photo';
    document.title = `${title.textContent} · RoadSeg`;
    facts.textContent = [
      job?.image && `${job.image.width} × ${job.image.height}`,
      job?.image && bytes(job.image.bytes),
      job?.result && `${job.result.model} ${job.result.modelVersion} on ${job.result.provider}`,
      job && dateTime(job.times.createdAt),
    ].filter(Boolean).join('  ·  ');
    if (submission?.error && job?.state !== 'succeeded') return fail(submission.error);
    if (job?.state === 'failed') return fail(job.failure!.message);
    if (job?.state === 'canceled') return fail('This job was canceled before it had a result.');
    if (job?.state === 'expired') return fail('No photo came before the upload key ended. Send it again.');
    if (job?.state === 'succeeded') return void succeed(job);
    const cancel = submission?.sent === 1 || !submission ? h('button', { type: 'button', className: 'button quiet', onclick: () => void call(`/v1/jobs/${id}`, { method: 'DELETE' }).catch(() => undefined) }, 'Cancel') : null;
    fill(side, h('section', { className: 'progress' }, h('h2', {}, 'Progress'), stageList(job, submission), cancel));
    const word = job ? stateWord[job.state] : 'uploading';
    if (word !== shown) announce(shown = word);
  }

  function alone() {
    stage.hidden = true;
    result.classList.add('alone');
  }

  function fail(message: string) {
    if (stop.signal.aborted) return;
    failed = true;
    fill(side,
      h('section', { className: 'problem' },
        h('h2', {}, 'No result'),
        h('p', { className: 'error', role: 'alert' }, message),
        job && stageList(job, submission),
        h('p', {}, h('a', { className: 'button', href: '#/' }, 'Try another photo'))));
    // Without a picture that the browser can show, the words stand alone.
    const picture = stage.querySelector('img');
    if (picture && (!picture.complete || picture.naturalWidth > 0)) stage.querySelector('.waiting')?.classList.add('failed');
    else alone();
  }

  async function succeed(done: Job) {
    if (shown === 'succeeded') return;
    shown = 'succeeded';
    fill(side, h('section', { className: 'progress' }, h('h2', {}, 'Progress'), stageList(done, submission)));
    try {
      const leave = await explorer(stage, side, done);
      if (stop.signal.aborted) return leave();
      dispose = leave;
      side.append(times(done));
      announce('Done. The result is shown.');
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error));
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
