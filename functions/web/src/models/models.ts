import { call, json, type Labels, type Model } from '../api';
import { download, fill, h, percent } from '../dom';

const wholes: [value: string, label: string][] = [['pixelAccuracy', 'Pixel accuracy'], ['meanIoU', 'Mean IoU'], ['meanClassAccuracy', 'Mean class accuracy'], ['frequencyWeightedIoU', 'Frequency-weighted IoU']];

/** The models that serve, what they reached, and the classes they tell apart. */
export function models(main: HTMLElement): () => void {
  const message = h('p', { className: 'hint', role: 'status' }, 'Reading the models …');
  const list = h('div', { className: 'models' });
  fill(main, h('div', { className: 'page-head' }, h('h1', {}, 'Models')), message, list);
  void (async () => {
    try {
      const [found, labels] = await Promise.all([json<{ items: Model[] }>('/v1/models'), json<{ items: Labels[] }>('/v1/labels')]);
      message.hidden = true;
      fill(list, ...found.items.map(model => modelCard(model, labels.items.find(one => one.model === model.name)?.classes ?? [])));
    } catch (error) {
      message.textContent = error instanceof Error ? error.message : String(error);
    }
  })();
  return () => {};
}

function modelCard(model: Model, classes: Labels['classes']): HTMLElement {
  const manifest = h('button', { type: 'button', className: 'button quiet', onclick: () => void call(model.links.self).then(answer => answer.blob()).then(file => download(file, `${model.name}.manifest.json`)).catch(() => { manifest.textContent = 'The manifest cannot be read'; }) }, 'Download manifest');
  return h('article', { className: 'model' },
    h('div', { className: 'row between' }, h('h2', {}, model.name), h('span', { className: 'state succeeded' }, 'live')),
    h('p', { className: 'muted' }, `${model.architecture}, ${model.encoder}, version ${model.version}`),
    h('p', {}, model.description),
    ...model.metrics.map(set => metricSet(set, classes)),
    model.metrics.length === 0 && h('p', { className: 'hint' }, `Its manifest states no metrics. It knows ${classes.map(one => one.name).join(', ')}.`),
    h('p', { className: 'hint' }, model.licence),
    manifest);
}

function metricSet(set: Model['metrics'][number], classes: Labels['classes']): HTMLElement {
  const rows = classes.flatMap(one => {
    const value = set.values[`iou.${one.name}`];
    if (value === undefined) return [];
    const swatch = h('span', { className: 'swatch' });
    swatch.style.backgroundColor = one.color;
    const bar = h('span', { className: 'bar' });
    bar.style.width = `${100 * value}%`;
    bar.style.backgroundColor = one.color;
    return [h('tr', {},
      h('th', { scope: 'row' }, swatch, one.name),
      h('td', { className: 'bar-cell' }, h('span', { className: 'track', 'aria-hidden': 'true' }, bar)),
      h('td', { className: 'number' }, percent(value)))];
  });
  return h('section', {},
    h('h3', {}, `Measured on ${set.dataset}, ${set.split} split, ${set.width} × ${set.height}`),
    h('dl', { className: 'wholes' }, ...wholes.flatMap(([name, label]) => {
      const value = set.values[name];
      return value === undefined ? [] : [h('div', {}, h('dt', {}, label), h('dd', {}, percent(value)))];
    })),
    rows.length > 0 && h('table', {}, h('caption', {}, 'Intersection over union by class'), h('tbody', {}, ...rows)));
}
