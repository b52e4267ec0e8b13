import { json, said, type Labels } from '../api';
import { fill, h } from '../dom';
import { action, pill, words } from '../ui';
import { historyOf, rollBack } from './changes';
import { metricSet, reached } from './metrics';
import { datasetName, stateWord, versionName } from './named';
import { looks, modelPath, versionHash, type Model, type Versions } from './records';

/** The models, what the live version of each reached, and their versions. */
export function models(main: HTMLElement): () => void {
  const stop = new AbortController();
  const message = h('p', { className: 'hint', role: 'status' }, 'Reading the models …');
  const list = h('div', { className: 'models' });
  fill(main, h('div', { className: 'page-head' }, h('h1', {}, 'Models')), message, list);
  void load();

  async function load() {
    try {
      const [found, labels] = await Promise.all([json<{ items: Model[] }>('/v1/models', { signal: stop.signal }), json<{ items: Labels[] }>('/v1/labels', { signal: stop.signal })]);
      const versions = await Promise.all(found.items.map(model => json<Versions>(`${modelPath(model.name)}/versions`, { signal: stop.signal }).catch(() => null)));
      message.hidden = true;
      fill(list, found.items.length > 1 && h('p', { className: 'hint' }, 'Each model is measured on the data set that it was made for. Figures of different data sets cannot be compared: try the models on a photo of your own instead.'), ...found.items.map((model, at) => modelCard(model, labels.items.find(one => one.model === model.name)?.classes ?? [], versions[at] ?? null, load)));
    } catch (error) {
      if (!stop.signal.aborted) message.textContent = words(error);
    }
  }

  return () => stop.abort();
}

function modelCard(model: Model, classes: Labels['classes'], versions: Versions | null, reload: () => Promise<void>): HTMLElement {
  const live = model.state !== 'candidate';
  const [first, ...others] = model.metrics;
  return h('article', { className: 'model' },
    h('div', { className: 'row between' }, h('h2', {}, model.name), pill(live ? 'succeeded' : '', live ? 'live' : 'no live version')),
    h('p', { className: 'muted' }, 'Version of ', h('a', { href: versionHash(model.name, model.version), title: model.version }, versionName(model.version)), `  ·  ${model.architecture}, ${model.encoder}`),
    model.notice && h('p', { className: 'note', role: 'status' }, said(model.notice)),
    h('p', {}, model.description),
    h('div', { className: 'columns' }, first && metricSet(first, classes), versions && versionList(versions, reload)),
    others.length > 0 && h('p', { className: 'hint' }, `Its version’s page has ${others.length} more ${others.length === 1 ? 'measurement' : 'measurements'}.`),
    !first && h('p', { className: 'hint' }, `Nothing was measured of it. It knows ${classes.map(one => one.name).join(', ')}.`),
    h('p', { className: 'hint' }, model.licence));
}

function versionList(versions: Versions, reload: () => Promise<void>): HTMLElement {
  const back = rollBack(versions, reload);
  const live = versions.items.find(one => one.state === 'live');
  return h('section', {},
    h('h3', { className: 'above' }, 'Versions'),
    h('ul', { className: 'rows' }, ...versions.items.map(one => h('li', {},
      h('div', { className: 'row-text' },
        h('a', { href: versionHash(one.name, one.version), title: one.version }, versionName(one.version)),
        h('span', { className: 'hint' }, [reached(one.metrics, live?.metrics ?? []), one.gate && (one.gate.passed ? 'passed its checks' : 'did not pass its checks'), one.dataset && `trained on ${datasetName(one.dataset)}`].filter(Boolean).join('  ·  '))),
      pill(looks[one.state], stateWord[one.state])))),
    back && action(...back),
    versions.history.length > 0 && historyOf(versions));
}
