import { call, Failure, json, type ClassShare, type Job, type Review, type Summary } from '../api';
import { compareWith } from '../compare/start';
import { keep, place, withSettings } from '../address';
import { announce, fill, h, percent } from '../dom';
import { words } from '../ui';
import { classChart } from './classes';
import { downloadList } from './downloads';
import { divider, follow, frameOf, keyboard, zoomGroup } from './controls';
import type { Plane } from './png';
import { regionNames } from './names';
import { photoOf, planeOf } from './photo';
import { Certainty } from './sure';
import { mostSure, settingsOf, shownModes, viewOf, type ShownMode, type View } from './view';
import { Viewer } from './viewer';

const modeNames: Record<ShownMode, string> = { blend: 'Blend', split: 'Before / after', outline: 'Outlines', confidence: 'Confidence' };
const steps = ['below 50 %', '50 to 70 %', '70 to 80 %', '80 to 90 %', '90 to 95 %', '95 to 98 %', '98 % and above'];
const settledMilliseconds = 250;

/** The result of a job: photo and mask to look into, and the classes beside them. `own` shows the model's mask where a person has corrected it. Returns what to call when it goes. */
export async function explorer(stage: HTMLElement, side: HTMLElement, job: Job, own: boolean): Promise<() => void> {
  const corrected = own || !job.review ? null : await planeOf(job, 'review').catch((error: unknown) => {
    // Taken back a moment ago.
    if (error instanceof Failure && error.code === 'review-not-found') return null;
    throw error;
  });
  const reviewed = corrected ? job.review : undefined;
  const [made, photo, ids] = await Promise.all([json<Summary>(job.links.summary!), photoOf(job), corrected ?? planeOf(job, 'mask')]);
  const summary = reviewed ? { ...made, classes: made.classes.map(one => sharedAnew(one, reviewed, made)) } : made;
  let viewer: Viewer | undefined;
  try {
    viewer = new Viewer(ids);
    if (photo) await viewer.load(photo, job.image!);
  } catch {
    viewer?.dispose();
    const leave = await still(stage, job, summary, photo, viewer ? 'This browser does not have the memory to let you look into the photo; the picture shows all classes.' : 'This browser has no WebGL 2, so the picture cannot be explored; it shows all classes.');
    fill(side, classChart(summary, null), downloadList(job, () => location.href), compareWith(job));
    return leave;
  }
  return explored(stage, side, job, summary, photo, ids, viewer);
}

// A model's confidence is of what it saw itself.
function sharedAnew({ meanConfidence: _, ...one }: ClassShare, { classes }: Review, { width, height }: Summary): ClassShare {
  const pixels = classes.find(label => label.id === one.id)?.pixels ?? 0;
  return { ...one, pixels, share: pixels / (width * height) };
}

function explored(stage: HTMLElement, side: HTMLElement, job: Job, summary: Summary, photo: Blob | null, ids: Plane, viewer: Viewer): () => void {
  const name = job.fileName ?? 'photo';
  const classes = summary.classes.filter(one => one.pixels > 0);
  viewer.canvas.setAttribute('aria-label', `${name} with its classes: ${classes.toSorted((a, b) => b.pixels - a.pixels).map(one => `${one.name} ${percent(one.share)}`).join(', ')}. Arrow keys move, plus and minus zoom, Enter reads the class in the middle.`);

  const classNames = summary.classes.map(one => one.name);
  const view: View = viewOf(place().set, classNames);
  const settings = () => settingsOf(view, classNames);
  // A link shows what is shown now. Browsers allow an address few changes a second.
  let settling = 0;
  // What still loads when the page is left must not write into the address of the next one.
  let left = false;
  function changed() {
    if (left) return;
    clearTimeout(settling);
    settling = window.setTimeout(() => keep(settings()), settledMilliseconds);
  }

  let certainty: Certainty | undefined;
  const known = (at: number) => viewer.least === 0 || !certainty || certainty.known(at, viewer.least);
  const names = regionNames(viewer, ids, summary, () => view.hidden, known);
  const chart = classChart(summary, (shown, hidden) => {
    viewer.palette = shown;
    if (hidden.size === view.hidden.size && [...hidden].every(name => view.hidden.has(name))) return;
    view.hidden = hidden;
    names.update();
    changed();
  }, view.hidden);
  const readout = h('output', { className: 'readout' });
  const handle = divider(viewer, 'Divider between photo and classes');
  const frame = frameOf(summary, viewer.canvas, names.element, handle, readout);

  // A model that gives no probabilities has none.
  const measured = summary.classes.some(one => typeof one.meanConfidence === 'number');
  let confidence: Plane | undefined;
  let loading: Promise<void> | undefined;
  function withConfidence(): Promise<void> {
    return loading ??= measured ? planeOf(job, 'confidence').then(plane => { viewer.confidence = confidence = plane; }).catch((error: unknown) => {
      loading = undefined;
      throw error;
    }) : Promise.resolve();
  }
  const quietly = () => withConfidence().catch(() => undefined);

  const legend = h('ul', { className: 'legend', hidden: true, 'aria-label': 'Confidence of the class' },
    ...steps.map((text, i) => h('li', {}, h('span', { className: `step step-${i}` }), text)));
  const modeButtons = Object.fromEntries(shownModes.map(mode => [mode, h('button', { type: 'button', 'aria-pressed': 'false', ...(mode === 'confidence' && !measured ? { disabled: true, title: job.review ? 'The model’s confidence is of its own mask.' : 'This model tells no confidence.' } : {}), onclick: () => void choose(mode) }, modeNames[mode])])) as Record<ShownMode, HTMLButtonElement>;
  const message = h('p', { className: 'hint below', role: 'status' });
  let chosen: ShownMode = 'blend';
  async function choose(mode: ShownMode) {
    if (modeButtons[mode].disabled) return;
    chosen = mode;
    for (const one of shownModes) modeButtons[one].setAttribute('aria-pressed', String(one === mode));
    message.textContent = mode === 'confidence' && !confidence ? 'Loading the confidence …' : '';
    try {
      if (mode === 'confidence') await withConfidence();
      if (mode === chosen) show(mode);
    } catch (error) {
      if (mode !== chosen) return;
      void choose('blend');
      message.textContent = `The confidence could not be loaded. ${words(error)}`;
    }
  }
  function show(mode: ShownMode) {
    viewer.mode = mode;
    message.textContent = '';
    handle.hidden = mode !== 'split';
    legend.hidden = mode !== 'confidence';
    tint();
    view.mode = mode;
    changed();
    viewer.draw();
  }

  const opacity = h('input', { id: 'opacity', type: 'range', min: '0', max: '100', value: String(view.opacity), oninput: () => setOpacity(Number(opacity.value)) });
  function setOpacity(value: number) {
    const kept = Math.min(100, Math.max(0, value));
    opacity.value = String(kept);
    view.opacity = kept;
    viewer.opacity = kept / 100;
    tint();
    changed();
    viewer.draw();
  }
  // The legend has the tints of the picture; of outlines, which are drawn stronger, the classes' own colours.
  function tint() {
    side.style.setProperty('--tint', `${chosen === 'outline' ? 100 : Math.max(25, view.opacity)}%`);
  }
  // What is less sure is shown as unknown, and counted so: of the mask and the confidence that are here.
  const limit = h('input', { id: 'sure', type: 'range', min: '0', max: String(mostSure), value: String(view.sure), oninput: () => void hideBelow(Number(limit.value)) });
  const limitText = h('output', { className: 'sure-text', for: 'sure' });
  async function hideBelow(percent: number) {
    limit.value = String(percent);
    limitText.textContent = `${percent} %`;
    limit.setAttribute('aria-valuetext', `${percent} %`);
    view.sure = percent;
    changed();
    try {
      if (percent > 0) await withConfidence();
    } catch (error) {
      if (view.sure === percent) void hideBelow(0);
      message.textContent = `The confidence could not be loaded. ${words(error)}`;
      return;
    }
    if (view.sure !== percent) return;
    if (percent > 0) certainty ??= new Certainty(ids, confidence!);
    viewer.least = percent;
    chart.tell(percent > 0 ? certainty!.above(summary, percent) : summary);
    names.renew();
    viewer.draw();
  }
  const naming = h('input', { type: 'checkbox', checked: view.names, onchange: () => { setNames(naming.checked); } });
  function setNames(on: boolean) {
    naming.checked = view.names = on;
    names.show(on);
    changed();
  }

  function describe(x: number, y: number): string | null {
    const [px, py] = viewer.at(x, y).map(Math.floor) as [number, number];
    if (px < 0 || py < 0 || px >= ids.width || py >= ids.height) return null;
    const at = py * ids.width + px;
    const found = summary.classes.find(one => one.id === ids.samples[at]);
    const name = known(at) ? found?.name : found && `unknown, perhaps ${found.name}`;
    return `${name ?? 'unknown'}${confidence ? `, confidence ${Math.round(confidence.samples[at]! / 2.55)} %` : ''}`;
  }
  const tellAgain = follow(viewer, frame, readout, describe);
  viewer.canvas.addEventListener('pointerenter', () => void quietly().then(tellAgain), { once: true });

  keyboard(viewer, {
    '[': () => setOpacity(Number(opacity.value) - 10),
    ']': () => setOpacity(Number(opacity.value) + 10),
    n: () => setNames(!view.names),
    Enter: () => void quietly().then(() => announce(describe(viewer.canvas.clientWidth / 2, viewer.canvas.clientHeight / 2) ?? '')),
    ...Object.fromEntries(shownModes.map((mode, i) => [String(i + 1), () => void choose(mode)])),
  });
  fill(stage,
    frame,
    h('div', { className: 'toolbar' },
      h('div', { className: 'segments', role: 'group', 'aria-label': 'What to show' }, ...shownModes.map(mode => modeButtons[mode])),
      h('label', { className: 'row check' }, naming, 'Names'),
      h('div', { className: 'opacity' }, h('label', { for: 'opacity' }, 'Opacity'), opacity),
      zoomGroup(viewer)),
    measured && h('div', { className: 'opacity sure' }, h('label', { for: 'sure' }, 'Hide what is less sure than'), limit, limitText),
    legend,
    message,
    !photo && h('p', { className: 'hint' }, 'The photo itself is no longer kept; its classes are.'),
    h('details', { className: 'keys' }, h('summary', {}, 'Keyboard'),
      h('p', {}, 'With the photo in focus: ', ...[['1', ' to '], ['4', ' what to show, '], ['[', ' and '], [']', ' opacity, '], ['n', ' names on regions, '], ['+', ' and '], ['-', ' zoom, '], ['0', ' fit, '], ['arrows', ' move, '], ['Enter', ' reads the class in the middle.']].flatMap(([key, after]) => [h('kbd', {}, key), after]))));
  fill(side, chart, downloadList(job, () => withSettings(settings()), () => (view.sure > 0 ? `?minConfidence=${view.sure / 100}` : '')), compareWith(job));
  void hideBelow(measured ? view.sure : 0);
  setOpacity(view.opacity);
  names.show(view.names);
  void choose(measured || view.mode !== 'confidence' ? view.mode : 'blend');

  let leave = () => viewer.dispose();
  viewer.onlost = () => {
    view.sure = 0;
    viewer.dispose();
    chart.replaceWith(classChart(summary, null));
    still(stage, job, summary, photo, 'The browser took back the memory that drew this photo; the picture shows all classes. Reload the page to look into it again.').then(done => {
      leave = done;
      if (left) done();
    }, (error: unknown) => fill(stage, h('p', { className: 'error', role: 'alert' }, `The browser took back the memory that drew this photo. Reload the page. ${words(error)}`)));
  };
  return () => {
    left = true;
    clearTimeout(settling);
    side.style.removeProperty('--tint');
    leave();
  };
}

async function still(stage: HTMLElement, job: Job, summary: Summary, photo: Blob | null, why: string): Promise<() => void> {
  const url = URL.createObjectURL(await (await call(job.links[photo ? 'overlay' : 'color']!)).blob());
  fill(stage,
    frameOf(summary, h('img', { src: url, alt: `${job.fileName ?? 'The photo'} with its classes` })),
    h('p', { className: 'hint below', role: 'status' }, why));
  return () => URL.revokeObjectURL(url);
}
