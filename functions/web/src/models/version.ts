import { call, Failure, json, type Labels } from '../api';
import { dateTime, download, fill, h } from '../dom';
import { picture } from '../pictures';
import { action, pill, words } from '../ui';
import { cardOf } from './card';
import { promote } from './changes';
import { gateReport } from './gate';
import { metricSet } from './metrics';
import { datasetName, stateWord, versionName } from './named';
import { looks, modelPath, versionPath, type Version, type Versions } from './records';

interface Manifest { description: string; licence: string; labels: { classes: Labels['classes'] } }

/** The page of one version: what it reached, what the gate found, its card, and the way to make it live. */
export function versionPage(main: HTMLElement, name: string, version: string): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const state = h('span', {});
  const body = h('div', { className: 'report' }, h('p', { className: 'hint', role: 'status' }, 'Reading the version …'));
  fill(main,
    h('div', { className: 'page-head' },
      h('p', { className: 'hint' }, h('a', { href: '#/models' }, 'Models'), ` · ${name}`),
      h('div', { className: 'row' }, h('h1', {}, `Version of ${versionName(version)}`), state),
      h('p', { className: 'muted facts' }, `Version id ${version}: when it was made, in UTC, and a fingerprint of its files`)),
    body);
  void load().catch((error: unknown) => {
    if (!signal.aborted) fill(body, h('p', { className: 'error', role: 'alert' }, words(error)));
  });

  async function load() {
    const [versions, manifest] = await Promise.all([json<Versions>(`${modelPath(name)}/versions`, { signal }), json<Manifest>(versionPath(name, version), { signal })]);
    const one = versions.items.find(item => item.version === version);
    if (!one) throw new Failure('There is no such version of this model.');
    document.title = `${name} of ${versionName(version)} · RoadSeg`;
    fill(state, pill(looks[one.state], stateWord[one.state]));
    const card = h('div', {});
    const [first, ...others] = one.metrics;
    const pictures = h('div', { className: 'pictures' });
    fill(body,
      h('section', { 'aria-label': 'About' },
        h('p', {}, manifest.description),
        h('p', { className: 'hint' }, [one.publishedAt && `Published ${dateTime(one.publishedAt)} by ${one.training ? 'a training run' : one.publishedBy}`, one.dataset && `trained on ${datasetName(one.dataset)}`].filter(Boolean).join(', ')),
        h('p', { className: 'hint' }, manifest.licence),
        h('div', { className: 'row' },
          one.state !== 'live' && one.links.promote && action('Make it live', () => promote(one, load)),
          one.training && h('a', { className: 'button quiet', href: `#/trainings/${one.training}` }, 'Training run'),
          action('Download manifest', async () => download(await (await call(versionPath(name, version))).blob(), `${name}.${version}.manifest.json`), 'button quiet'))),
      one.gate && gateReport(one.gate),
      first && metricSet(first, manifest.labels.classes),
      others.length > 0 && h('details', { className: 'full' }, h('summary', {}, `${others.length} more ${others.length === 1 ? 'measurement' : 'measurements'}`), h('div', { className: 'columns' }, ...others.map(set => metricSet(set, manifest.labels.classes)))),
      pictures,
      card);
    await Promise.all([showCard(one, card), showPictures(one, pictures)]);
  }

  async function showCard(one: Version, place: HTMLElement) {
    if (!one.links.card) return;
    try {
      fill(place, h('section', { className: 'card' }, h('h2', {}, 'Model card'), ...cardOf(await (await call(one.links.card, { signal })).text(), cardPicture)));
    } catch (error) {
      if (!signal.aborted && !(error instanceof Failure && error.status === 404)) fill(place, h('p', { className: 'hint' }, words(error)));
    }
  }

  // A picture stands where the card has it, once it has come.
  function cardPicture(file: string, alt: string): HTMLElement {
    const place = h('span', {}, alt);
    void picture(`${versionPath(name, version)}/pictures/${encodeURIComponent(file)}`, alt, signal).then(image => image && fill(place, image)).catch(() => undefined);
    return place;
  }

  // A run may be gone; its version stays.
  async function showPictures(one: Version, place: HTMLElement) {
    if (!one.training) return;
    const [samples, worst] = await Promise.all([
      picture(`/v1/trainings/${one.training}/samples`, 'Photos, labels and predictions of the validation split', signal),
      picture(`/v1/trainings/${one.training}/worst`, 'The frames it does worst on', signal),
    ].map(wanted => wanted.catch(() => null)));
    fill(place, samples && h('section', {}, h('h2', {}, 'Predictions'), samples), worst && h('section', {}, h('h2', {}, 'Where it is worst'), worst));
  }

  return () => stop.abort();
}
