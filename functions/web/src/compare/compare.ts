import { ended, Failure, json, type Job, type Summary } from '../api';
import { announce, fill, h, percent } from '../dom';
import { photoOf, planeOf } from '../explore/photo';
import { problemOf, stageList } from '../jobs/stages';
import { sendAgainButton } from '../jobs/again';
import { listen, submissions } from '../jobs/submission';
import { watch } from '../jobs/watch';
import { versionName } from '../models/named';
import { picture } from '../pictures';
import { bar, figures, swatch, table, words } from '../ui';
import { confusionOf, type Confusion } from './confusion';
import { versus } from './versus';

const shownPairs = 8;

/** Two jobs of one photo beside each other: what each model sees, and where they disagree. */
export function comparePage(main: HTMLElement, first: string, second: string): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const facts = h('p', { className: 'muted facts' });
  const stage = h('div', { className: 'stage' });
  const side = h('aside', { className: 'side', 'aria-label': 'Where the models differ' });
  const jobs: (Job | undefined)[] = [undefined, undefined];
  const trouble = h('p', { className: 'hint', role: 'status' });
  let dispose = () => {};
  let failed = '';
  fill(main, h('div', { className: 'page-head' }, h('h1', {}, 'Two models, one photo'), facts), h('div', { className: 'result' }, stage, side));
  fill(stage, h('div', { className: 'frame waiting' }));

  // The watch knows the job; only the submission knows of the upload.
  const sent = submissions.find(one => one.id === second);
  const unlisten = listen(changed => {
    if (changed !== sent) return;
    if (sent.id && sent.id !== second) return location.replace(`#/compare/${first}/${sent.id}`);
    if (sent.error) fail(sent.error);
    else waiting();
  });
  void Promise.all([first, second].map((id, at) => watch(id, job => {
    jobs[at] = job;
    waiting();
  }, signal, text => {
    trouble.textContent = text;
    if (!side.hasChildNodes()) fill(side, trouble);
  }))).then(async ([a, b]) => {
    if (a && b) await show(a, b);
  }).catch((error: unknown) => fail(words(error)));

  function waiting() {
    if (sent?.error || jobs.every(job => job && ended(job.state))) return;
    failed = '';
    trouble.textContent = '';
    fill(side, ...[first, second].map((id, at) => h('section', { className: 'progress' }, h('h2', {}, at === 0 ? 'First model' : 'Second model'), stageList(jobs[at], submissions.find(one => one.id === id)))), trouble);
  }

  function fail(message: string) {
    if (signal.aborted || failed === message) return;
    failed = message;
    fill(side, h('section', { className: 'problem' }, h('h2', {}, 'No comparison'), h('p', { className: 'error', role: 'alert' }, message), h('div', { className: 'row' },
      sent?.again && sendAgainButton(sent, 'button'),
      h('a', { className: 'button quiet', href: `#/jobs/${first}` }, 'Back to the photo'))));
  }

  async function show(a: Job, b: Job) {
    const lost = [a, b].find(job => job.state !== 'succeeded');
    if (lost) throw new Failure(problemOf(lost) ?? 'One of the two jobs ended without a result.');
    const [labels, otherLabels, ids, others, kept] = await Promise.all([json<Summary>(a.links.summary!), json<Summary>(b.links.summary!), planeOf(a, 'mask'), planeOf(b, 'mask'), photoOf(a)]);
    if (ids.width !== others.width || ids.height !== others.height) throw new Failure('The two jobs are of photos of different sizes, which cannot be laid over each other.');
    if (signal.aborted) return;
    const confusion = confusionOf(ids, labels.classes, others, otherLabels.classes);
    const names = [a, b].map(job => `${job.result!.model} of ${versionName(job.result!.modelVersion)}`) as [string, string];
    facts.replaceChildren(h('a', { href: `#/jobs/${a.id}` }, a.fileName ?? 'Photo'), `  ·  left ${names[0]}  ·  right ${names[1]}`);
    // What cannot be drawn, for want of WebGL 2 or memory, stands beside each other.
    const pair = async () => fill(stage, h('div', { className: 'pair' }, ...await Promise.all([a, b].map((job, at) => picture(job.links[kept ? 'overlay' : 'color']!, `What ${names[at]} sees`, signal)))));
    try {
      dispose = await versus(stage, kept, a.image!, ids, confusion, a.fileName ?? 'Photo', () => {
        dispose();
        pair().catch((error: unknown) => fail(words(error)));
      });
      if (signal.aborted) return dispose();
      if (!kept) stage.append(h('p', { className: 'hint below' }, 'The photo itself is no longer kept; its classes are.'));
    } catch {
      await pair();
    }
    fill(side, ...numbers(confusion));
    announce(`The models differ in ${percent(confusion.differing / confusion.pixels)} of the pixels.`);
  }

  return () => {
    stop.abort();
    unlisten();
    dispose();
  };
}

function numbers({ classes, pairs, pixels, differing }: Confusion): HTMLElement[] {
  const largest = pairs[0]?.pixels ?? 1;
  const present = classes.filter(one => one.first + one.second > 0).toSorted((a, b) => Math.max(b.first, b.second) - Math.max(a.first, a.second));
  const named = (one: { name: string; color: string }) => h('span', {}, swatch(one.color), ' ', one.name);
  return [
    h('section', {}, h('h2', {}, 'Disagreement'), figures(['of the pixels', percent(differing / pixels)])),
    h('section', {},
      h('h2', {}, 'What they mix up'),
      pairs.length === 0 ? h('p', { className: 'hint' }, 'Nothing: the masks are the same.')
        : h('ul', { className: 'pairs' }, ...pairs.slice(0, shownPairs).map(pair => h('li', {},
          h('span', {}, named(pair.first), h('span', { 'aria-hidden': 'true' }, ' → '), h('span', { className: 'hidden-text' }, 'becomes'), named(pair.second)),
          h('span', { className: 'class-share' }, percent(pair.pixels / pixels)),
          bar(pair.pixels / largest))))),
    h('section', {},
      h('h2', {}, 'Classes'),
      table('Shares of the photo, and how far the two masks of a class overlap', ['Class', 'Left', 'Right', 'Overlap'],
        present.map(one => [named(one), percent(one.first / pixels), percent(one.second / pixels), percent(one.both / (one.first + one.second - one.both))]), 3)),
  ];
}
