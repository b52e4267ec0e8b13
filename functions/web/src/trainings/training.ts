import { call, json, said } from '../api';
import { ask } from '../dialog';
import { announce, dateTime, download, duration, fill, h, percent, refresh } from '../dom';
import { repeat } from '../live';
import { gateReport } from '../models/gate';
import { versionName } from '../models/named';
import { versionHash } from '../models/records';
import { picture } from '../pictures';
import { action, figures, pill } from '../ui';
import { curves } from './curves';
import { over, standing, type Training } from './records';
import { learningMilliseconds, progressOf } from './trainings';

const settings: Record<string, string> = { 'training.epochs': 'epochs' };

/** The page of one training run: how far it is, its curves as it learns, what it predicts, and what the gate found. */
export function trainingPage(main: HTMLElement, id: string): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const title = h('h1', {}, 'Training run');
  const state = h('span', {});
  const facts = h('p', { className: 'muted facts' });
  const progress = h('div', {});
  const numbers = h('div', {});
  const learned = curves();
  const gate = h('div', {});
  const pictures = h('div', { className: 'pictures' });
  const cancel = action('Cancel the run', () => cancelRun(id), 'button quiet');
  const log = action('Download the log', async () => download(await (await call(`/v1/trainings/${id}/log`)).blob(), `${id}.log.txt`), 'button quiet');
  cancel.hidden = true;
  fill(main,
    h('div', { className: 'page-head' },
      h('p', { className: 'hint' }, h('a', { href: '#/trainings' }, 'Training runs')),
      h('div', { className: 'row' }, title, state),
      facts),
    h('div', { className: 'report' }, progress, numbers, h('div', { className: 'row' }, cancel, log), learned.element, gate, pictures));

  let shown = '';
  let pictured = -1;
  void repeat(signal, async () => {
    const run = await json<Training>(`/v1/trainings/${encodeURIComponent(id)}`, { signal });
    await learned.refresh(run, signal);
    show(run);
    // Pictures are drawn with every evaluation, and once more at the end.
    const drawn = over(run) ? Infinity : run.progress?.epoch ?? 0;
    if (drawn > pictured && (run.progress?.meanIoU !== undefined || over(run))) {
      pictured = drawn;
      await showPictures(run);
    }
    return over(run) ? null : learningMilliseconds;
  }, text => fill(progress, h('p', { className: 'error', role: 'alert' }, text)));

  function show(run: Training) {
    const { plan, times } = run;
    title.textContent = `${plan.model} on ${plan.dataset}`;
    document.title = `${title.textContent} · RoadSeg`;
    refresh(facts, 'data set ', h('a', { href: `#/datasets/${encodeURIComponent(plan.dataset)}`, title: `Fingerprint of its content: ${plan.datasetVersion}` }, plan.dataset),
      `  ·  recipe ${plan.recipe}${Object.entries(plan.settings).map(([name, value]) => `, ${settings[name] ?? name} ${value}`).join('')}  ·  from ${plan.init === 'live' ? 'the live version' : plan.init === 'none' ? 'scratch' : versionName(plan.init)}  ·  ${dateTime(times.createdAt)}${run.attempt > 1 ? `  ·  taken up ${run.attempt} times` : ''}`);
    fill(state, pill(...standing(run)));
    cancel.hidden = over(run);
    refresh(progress,
      run.waits && h('p', { className: run.waits.trainers > 0 ? 'hint' : 'error' }, said(run.waits.message)),
      !over(run) && (run.progress ? progressOf(run) : !run.waits && h('p', { className: 'hint' }, 'It begins.')),
      run.failure && h('p', { className: 'error', role: 'alert' }, said(run.failure.message)),
      run.state === 'canceled' && h('p', {}, 'It was taken back before it ended.'),
      run.version && h('p', {}, 'It became the version of ', h('a', { href: versionHash(plan.model, run.version) }, versionName(run.version)), run.gate ? (run.gate.passed ? ', which passed its checks.' : ', which did not pass its checks.') : '.'));
    fill(numbers, run.progress ? figures(
      [`Best mean IoU on ${run.plan.dataset}`, run.progress.meanIoU === undefined ? undefined : percent(run.progress.meanIoU)],
      ['Pixels right', run.progress.pixelAccuracy === undefined ? undefined : percent(run.progress.pixelAccuracy)],
      ['Loss', run.progress.loss?.toFixed(3)],
      ['Time', times.startedAt ? duration((times.finishedAt ? Date.parse(times.finishedAt) : Date.parse(run.progress.at)) - Date.parse(times.startedAt)) : undefined]) : null);
    fill(gate, run.gate ? gateReport(run.gate) : null);
    const [, words] = standing(run);
    if (words !== shown) announce(words);
    shown = words;
  }

  async function showPictures(run: Training) {
    const [samples, worst] = await Promise.all([picture(run.links.samples!, 'Photos of the validation split, each with its labels and what the model predicts', signal), picture(run.links.worst!, 'The photos it does worst on, with labels and predictions', signal)]);
    fill(pictures,
      samples && h('section', {}, h('h2', {}, 'Predictions'), samples),
      worst && h('section', {}, h('h2', {}, 'Where it is worst'), worst));
  }

  return () => stop.abort();
}

async function cancelRun(id: string) {
  if (!await ask('Cancel this run?', [h('p', {}, 'It stops at its next update and publishes nothing. It cannot be taken up again.')], 'Cancel the run', 'Let it run')) return;
  await call(`/v1/trainings/${encodeURIComponent(id)}`, { method: 'DELETE' });
}
