import { Failure, json, said } from '../api';
import { announce, fill, h, refresh } from '../dom';
import { repeat } from '../live';
import { startForm } from '../trainings/start';
import { pill, words } from '../ui';
import { awaited } from './arrival';
import { checking, checkingMilliseconds } from './datasets';
import { stateWords, type Dataset, type Report } from './records';
import { auditOf } from './audit';
import { reportOf } from './report';
import { versions } from './versions';

/** The page of one data set: how far its check is, then what was found in it, and the way to a training run. */
export function datasetPage(main: HTMLElement, name: string): () => void {
  const stop = new AbortController();
  const state = h('span', {});
  const progress = h('div', {});
  const report = h('div', { className: 'report wide' });
  const start = h('div', {});
  fill(main,
    h('div', { className: 'page-head' },
      h('p', { className: 'hint' }, h('a', { href: '#/datasets' }, 'Data sets')),
      h('div', { className: 'row' }, h('h1', {}, name), state)),
    progress, report, start);

  let shown = '';
  let offered = '';
  void repeat(stop.signal, async () => {
    const set = await arrived();
    if (!set) return checkingMilliseconds;
    fill(state, pill(set.state, stateWords[set.state]));
    refresh(progress,
      set.state === 'checking' && checking(set),
      set.failure && h('p', { className: 'error' }, said(set.failure.message)),
      set.late && h('p', { className: 'error' }, said(set.late.message)),
      set.failure && set.version && h('p', {}, 'What came before it stays usable.'),
      set.training && h('p', {}, h('a', { href: `#/trainings/${set.training}` }, 'The training run that the drop asked for')));
    if (set.state !== shown) announce(stateWords[set.state]);
    shown = set.state;
    if (set.version && set.version !== offered) fill(start, auditOf(set, stop.signal), ...versions(set), startForm(set));
    offered = set.version ?? '';
    if (set.state === 'checking') return checkingMilliseconds;
    if (set.links.report) await show(set);
    return null;
  }, text => fill(progress, h('p', { className: 'error', role: 'alert' }, text)));

  // What was just uploaded is taken up in a moment; until then only the drop before is known, or none.
  async function arrived(): Promise<Dataset | undefined> {
    let set: Dataset | undefined;
    try {
      set = await json<Dataset>(`/v1/datasets/${encodeURIComponent(name)}`, { signal: stop.signal });
    } catch (error) {
      if (!(error instanceof Failure && error.status === 404 && awaited(name))) throw error;
    }
    if (set && !awaited(name, set)) return set;
    refresh(progress, h('div', { className: 'live' },
      h('progress', { max: 1, 'aria-label': `Check of ${name}` }),
      h('span', { className: 'hint', role: 'status' }, 'All files are there. The check begins in a moment …')));
    return undefined;
  }

  async function show(set: Dataset) {
    try {
      const found = await json<Report>(set.links.report!, { signal: stop.signal });
      fill(report, ...reportOf(set, found, stop.signal));
    } catch (error) {
      if (!stop.signal.aborted) fill(report, h('p', { className: 'error', role: 'alert' }, words(error)));
    }
  }

  return () => stop.abort();
}
