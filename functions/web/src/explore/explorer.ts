import { call, Failure, json, type Job, type Summary } from '../api';
import { classChart } from './classes';
import { announce, download, fill, h, icon, percent, stem } from '../dom';
import { decodePlane, type Plane } from './png';
import { modes, Viewer, type Mode } from './viewer';

const modeNames: Record<Mode, string> = { blend: 'Blend', split: 'Before / after', outline: 'Outlines', confidence: 'Confidence' };

const downloads: [link: string, label: string, suffix: string][] = [
  ['mask', 'Mask', '.mask.png'],
  ['color', 'Coloured mask', '.color.png'],
  ['overlay', 'Overlay', '.overlay.jpg'],
  ['summary', 'Summary', '.summary.json'],
  ['polygons', 'Polygons', '.polygons.json'],
];

/** The result of a job: photo and mask to look into, and the classes beside them. Returns what to call when it goes. */
export async function explorer(stage: HTMLElement, side: HTMLElement, job: Job): Promise<() => void> {
  const summary = await json<Summary>(job.links.summary!);
  const [photo, ids] = await Promise.all([photoOf(job), call(job.links.mask!).then(answer => answer.arrayBuffer()).then(decodePlane)]);
  let viewer: Viewer;
  try {
    viewer = new Viewer(photo ?? await createImageBitmap(new ImageData(1, 1)), ids);
  } catch {
    return still(stage, side, job, summary);
  }

  const name = job.fileName ?? 'photo';
  const classes = summary.classes.filter(one => one.pixels > 0);
  viewer.canvas.setAttribute('aria-label', `${name} with its classes: ${classes.toSorted((a, b) => b.pixels - a.pixels).map(one => `${one.name} ${percent(one.share)}`).join(', ')}. Arrow keys move, plus and minus zoom, Enter reads the class in the middle.`);

  const chart = classChart(summary, shown => { viewer.palette = shown; });
  const readout = h('output', { className: 'readout' });
  const handle = h('div', { className: 'divider', role: 'slider', tabIndex: 0, 'aria-label': 'Divider between photo and classes', 'aria-valuemin': 0, 'aria-valuemax': 100, hidden: true },
    h('span', { className: 'grip' }));
  const frame = h('div', { className: 'frame' }, viewer.canvas, handle, readout);
  frame.style.aspectRatio = `${summary.width} / ${summary.height}`;
  frame.style.setProperty('--photo-ratio', String(summary.width / summary.height));

  let confidence: Plane | null | undefined;
  async function withConfidence(): Promise<Plane | null> {
    if (confidence === undefined) {
      confidence = null;
      try {
        confidence = await decodePlane(await (await call(job.links.confidence!)).arrayBuffer());
        viewer.confidence = confidence;
      } catch (error) {
        if (error instanceof Failure && error.code === 'confidence-unavailable') modeButtons.confidence.disabled = true;
      }
    }
    return confidence;
  }

  const legend = h('ul', { className: 'legend', hidden: true, 'aria-label': 'Confidence of the class' },
    ...['below 20 %', '20 to 40 %', '40 to 60 %', '60 to 80 %', 'above 80 %'].map((text, i) => h('li', {}, h('span', { className: `step step-${i}` }), text)));
  const modeButtons = Object.fromEntries(modes.map(mode => [mode, h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => show(mode) }, modeNames[mode])])) as Record<Mode, HTMLButtonElement>;
  function show(mode: Mode) {
    if (modeButtons[mode].disabled) return;
    viewer.mode = mode;
    for (const one of modes) modeButtons[one].setAttribute('aria-pressed', String(one === mode));
    handle.hidden = mode !== 'split';
    legend.hidden = mode !== 'confidence';
    if (mode === 'confidence') void withConfidence();
    viewer.draw();
  }

  const opacity = h('input', { id: 'opacity', type: 'range', min: '0', max: '100', value: String(Math.round(100 * viewer.opacity)), oninput: () => setOpacity(Number(opacity.value)) });
  function setOpacity(value: number) {
    const kept = Math.min(100, Math.max(0, value));
    opacity.value = String(kept);
    viewer.opacity = kept / 100;
    viewer.draw();
  }

  function setDivider(value: number) {
    viewer.divider = Math.min(1, Math.max(0, value));
    handle.style.left = `${100 * viewer.divider}%`;
    handle.setAttribute('aria-valuenow', String(Math.round(100 * viewer.divider)));
    viewer.draw();
  }
  handle.addEventListener('pointerdown', event => { handle.setPointerCapture(event.pointerId); event.preventDefault(); handle.focus(); });
  handle.addEventListener('pointermove', event => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const box = frame.getBoundingClientRect();
    setDivider((event.clientX - box.left) / box.width);
  });
  handle.addEventListener('keydown', event => {
    const move = ({ ArrowLeft: -0.02, ArrowDown: -0.02, ArrowRight: 0.02, ArrowUp: 0.02, PageDown: -0.1, PageUp: 0.1, Home: -1, End: 1 } as Record<string, number>)[event.key];
    if (move === undefined) return;
    event.preventDefault();
    setDivider(viewer.divider + move);
  });

  function describe(x: number, y: number): string | null {
    const [px, py] = viewer.at(x, y).map(Math.floor) as [number, number];
    if (px < 0 || py < 0 || px >= ids.width || py >= ids.height) return null;
    const at = py * ids.width + px;
    const found = summary.classes.find(one => one.id === ids.samples[at]);
    return `${found?.name ?? 'unknown'}${confidence ? `, ${Math.round(confidence.samples[at]! / 2.55)} % sure` : ''}`;
  }
  viewer.canvas.addEventListener('pointermove', event => {
    void withConfidence();
    const text = describe(event.offsetX, event.offsetY);
    readout.textContent = text ?? '';
    readout.hidden = text === null;
    readout.style.transform = `translate(${Math.min(event.offsetX + 14, frame.clientWidth - readout.offsetWidth - 4)}px, ${Math.max(4, event.offsetY - 34)}px)`;
  });
  viewer.canvas.addEventListener('pointerleave', () => { readout.hidden = true; });
  readout.hidden = true;

  const keys: Record<string, () => void> = {
    ArrowLeft: () => viewer.panBy(-60, 0),
    ArrowRight: () => viewer.panBy(60, 0),
    ArrowUp: () => viewer.panBy(0, -60),
    ArrowDown: () => viewer.panBy(0, 60),
    '+': () => viewer.zoomBy(1.5),
    '=': () => viewer.zoomBy(1.5),
    '-': () => viewer.zoomBy(1 / 1.5),
    '0': () => viewer.fit(),
    '[': () => setOpacity(Number(opacity.value) - 10),
    ']': () => setOpacity(Number(opacity.value) + 10),
    Enter: () => void withConfidence().then(() => announce(describe(viewer.canvas.clientWidth / 2, viewer.canvas.clientHeight / 2) ?? '')),
    ...Object.fromEntries(modes.map((mode, i) => [String(i + 1), () => show(mode)])),
  };
  viewer.canvas.addEventListener('keydown', event => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });

  const zoomText = h('span', { className: 'zoom-text' }, viewer.zoomText);
  viewer.onview = () => { zoomText.textContent = viewer.zoomText; };
  const zoom = (label: string, path: string, act: () => void) => h('button', { type: 'button', className: 'tool', 'aria-label': label, title: label, onclick: act }, icon(path));
  fill(stage,
    frame,
    h('div', { className: 'toolbar' },
      h('div', { className: 'segments', role: 'group', 'aria-label': 'What to show' }, ...modes.map(mode => modeButtons[mode])),
      h('div', { className: 'opacity' }, h('label', { for: 'opacity' }, 'Opacity'), opacity),
      h('div', { className: 'zoom', role: 'group', 'aria-label': 'Zoom' },
        zoom('Zoom out', 'M4 10h12', () => viewer.zoomBy(1 / 1.5)),
        zoomText,
        zoom('Zoom in', 'M4 10h12M10 4v12', () => viewer.zoomBy(1.5)),
        zoom('Fit the photo', 'M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4', () => viewer.fit()))),
    legend,
    !photo && h('p', { className: 'hint' }, 'The photo itself is no longer kept; its classes are.'),
    h('details', { className: 'keys' }, h('summary', {}, 'Keyboard'),
      h('p', {}, 'With the photo in focus: ', ...[['1', ' to '], ['4', ' what to show, '], ['[', ' and '], [']', ' opacity, '], ['+', ' and '], ['-', ' zoom, '], ['0', ' fit, '], ['arrows', ' move, '], ['Enter', ' reads the class in the middle.']].flatMap(([key, after]) => [h('kbd', {}, key), after]))));
  fill(side, chart, actions(job, stem(name)));
  show('blend');
  setDivider(0.5);
  return () => viewer.dispose();
}

// The classes at weight 0: the photo itself, upright, in a format that every browser shows. Null when it is no longer kept.
async function photoOf(job: Job): Promise<ImageBitmap | null> {
  let file: Blob;
  try {
    file = await (await call(`${job.links.overlay}?opacity=0`)).blob();
  } catch (error) {
    if (error instanceof Failure && error.code === 'upload-missing') return null;
    throw error;
  }
  const largest = 8192;
  const { width, height } = job.image!;
  const shrink = Math.max(width, height) / largest;
  return createImageBitmap(file, shrink > 1 ? { resizeWidth: Math.round(width / shrink), resizeHeight: Math.round(height / shrink), resizeQuality: 'medium' } : {});
}

async function still(stage: HTMLElement, side: HTMLElement, job: Job, summary: Summary): Promise<() => void> {
  const url = URL.createObjectURL(await (await call(job.links.overlay!)).blob());
  fill(stage,
    h('div', { className: 'frame' }, h('img', { src: url, alt: `${job.fileName ?? 'The photo'} with its classes` })),
    h('p', { className: 'hint' }, 'This browser has no WebGL 2, so the picture cannot be explored; it shows all classes.'));
  fill(side, classChart(summary, null), actions(job, stem(job.fileName ?? 'photo')));
  return () => URL.revokeObjectURL(url);
}

function actions(job: Job, name: string): HTMLElement {
  const error = h('p', { className: 'error', role: 'alert', hidden: true });
  async function fetchTo(link: string, file: string, button: HTMLButtonElement) {
    error.hidden = true;
    button.disabled = true;
    try {
      download(await (await call(job.links[link]!)).blob(), file);
      announce(`${file} downloaded`);
    } catch (failure) {
      error.textContent = failure instanceof Error ? failure.message : String(failure);
      error.hidden = false;
    } finally {
      button.disabled = false;
    }
  }
  const copy = h('button', { type: 'button', className: 'button quiet', onclick: () => void copyLink() }, 'Copy link');
  async function copyLink() {
    try {
      await navigator.clipboard.writeText(location.href);
      copy.textContent = 'Link copied';
      announce('Link copied');
    } catch {
      error.textContent = `The browser does not let this page copy. The address is ${location.href}`;
      error.hidden = false;
    }
    setTimeout(() => { copy.textContent = 'Copy link'; }, 2500);
  }
  return h('section', { className: 'actions', 'aria-labelledby': 'download-title' },
    h('h2', { id: 'download-title' }, 'Download'),
    h('div', { className: 'download-list' }, ...downloads.map(([link, label, suffix]) =>
      h('button', { type: 'button', className: 'button quiet', onclick: (event: Event) => void fetchTo(link, name + suffix, event.currentTarget as HTMLButtonElement) }, label)),
      copy),
    error);
}
