import { json, said } from '../api';
import { dateTime, duration, fill, h, percent, refresh } from '../dom';
import { repeat } from '../live';
import { pill, words } from '../ui';
import { over, standing, type Training } from './records';

const pageSize = 20;
export const learningMilliseconds = 3000;
const idleMilliseconds = 10_000;

/** The training runs, newest first, and how far each is. */
export function trainings(main: HTMLElement): () => void {
  const stop = new AbortController();
  const message = h('p', { className: 'hint', role: 'status' }, 'Reading the training runs …');
  const list = h('ul', { className: 'rows' });
  const more = h('button', { type: 'button', className: 'button quiet', hidden: true, onclick: () => { pages++; load().catch((error: unknown) => tell(words(error))); } }, 'Show more');
  const apart = h('p', { className: 'hint', hidden: true }, 'Figures of runs on different data sets cannot be compared.');
  const working = h('p', { className: 'hint' });
  let pages = 1;
  let shown = '';
  fill(main,
    h('div', { className: 'page-head' }, h('h1', {}, 'Training runs'), h('p', { className: 'muted facts' }, 'A run is started from the page of a ', h('a', { href: '#/datasets' }, 'data set'), '.')),
    working, message, apart, list, more);

  async function load(): Promise<number | null> {
    const runs: Training[] = [];
    let next: string | undefined;
    for (let page = 0; page < pages && (page === 0 || next); page++) {
      const query = new URLSearchParams({ limit: String(pageSize), ...(next ? { after: next } : {}) });
      const found = await json<{ items: Training[]; next?: string; trainers?: number }>(`/v1/trainings?${query}`, { signal: stop.signal });
      runs.push(...found.items);
      next = found.next;
      working.textContent = found.trainers ? `${found.trainers} ${found.trainers === 1 ? 'trainer is' : 'trainers are'} running.` : 'No trainer is running: runs wait until one is started.';
    }
    const now = JSON.stringify(runs);
    if (now !== shown) refresh(list, ...runs.map(row));
    shown = now;
    more.hidden = !next;
    message.hidden = runs.length > 0;
    apart.hidden = new Set(runs.map(run => run.plan.dataset)).size < 2;
    message.textContent = 'No training run yet.';
    return runs.some(run => !over(run)) ? learningMilliseconds : idleMilliseconds;
  }

  function tell(text: string) {
    message.hidden = false;
    message.textContent = text;
  }

  void repeat(stop.signal, load, tell);
  return () => stop.abort();
}

function row(run: Training): HTMLElement {
  const { plan, progress, times } = run;
  return h('li', {},
    h('div', { className: 'row-text' },
      h('a', { href: `#/trainings/${run.id}` }, `${plan.model} on ${plan.dataset}`),
      h('span', { className: 'hint' }, [
        `recipe ${plan.recipe}`, progress?.meanIoU !== undefined && `${percent(progress.meanIoU)} mean IoU on ${plan.dataset}’s own validation photos`,
        times.startedAt && times.finishedAt && duration(Date.parse(times.finishedAt) - Date.parse(times.startedAt)), dateTime(times.createdAt),
      ].filter(Boolean).join('  ·  '))),
    pill(...standing(run)),
    run.waits && h('p', { className: run.waits.trainers > 0 ? 'hint' : 'error' }, said(run.waits.message)),
    !over(run) && progress && progressOf(run),
    run.failure && h('p', { className: 'error' }, said(run.failure.message)));
}

/** How far a run is, as a bar and in words. */
export function progressOf(run: Training): HTMLElement {
  const { epoch, epochs, step, steps, loss, remainingSeconds } = run.progress!;
  const words = [`epoch ${epoch} of ${epochs}`, `step ${step.toLocaleString('en')} of ${steps.toLocaleString('en')}`, loss !== undefined && `loss ${loss.toFixed(3)}`,
    run.state === 'running' && !run.waits && remainingSeconds !== undefined && remainingSeconds >= 1 && `about ${duration(1000 * remainingSeconds)} left`];
  return h('div', { className: 'live' },
    h('progress', { max: 1, value: steps > 0 ? step / steps : 0, 'aria-label': `Progress of the run on ${run.plan.dataset}` }),
    h('span', { className: 'hint' }, words.filter(Boolean).join(', ')));
}
