import { call, json, said } from '../api';
import { over, type Batch } from '../batches/records';
import { bytes, download, fill, h, stem } from '../dom';
import { repeat } from '../live';
import { action } from '../ui';
import { timelineChart } from './chart';
import type { Timeline } from './records';
import { overlayVideo } from './video';

const betweenMilliseconds = 3000;

/** What is made of the video of a batch: the classes over its frames, and along its time. */
export function clipSection(id: string, signal: AbortSignal): { section: HTMLElement; show: (batch: Batch) => void } {
  const address = `/v1/batches/${encodeURIComponent(id)}`;
  const missing = h('p', { className: 'hint' });
  const notes = h('div', {});
  const trouble = h('p', { className: 'error', role: 'alert', hidden: true });
  const video = overlayVideo(signal, seconds => chart.at(seconds));
  const chart = timelineChart(video.seek);
  const save = (label: string, path: string, ending: string) => {
    const made = action(label, async () => download(await (await call(path)).blob(), `${stem(nameOf(batch!))}-${ending}`), 'button quiet');
    return { made, button: made.querySelector('button')! };
  };
  const overlay = save('Video', `${address}/overlay`, 'classes.mp4');
  const section = h('section', { className: 'clip', hidden: true, 'aria-labelledby': 'clip-title' },
    h('h2', { id: 'clip-title' }, 'Along the video'), notes, missing, video.element, trouble, chart.element,
    h('div', { className: 'row top' }, overlay.made, save('Timeline (CSV)', `${address}/timeline?format=csv`, 'timeline.csv').made,
      save('Timeline (JSON)', `${address}/timeline`, 'timeline.json').made));
  let batch: Batch | undefined;
  let reading = false;
  let drawn = '';
  let played = '';

  function show(next: Batch) {
    batch = next;
    const { clip, links } = next;
    section.hidden = !clip;
    if (!clip) return;
    fill(notes, ...clip.findings.map(({ message }) => h('p', { className: 'note' }, said(message))));
    missing.textContent = whyMissing(next);
    missing.hidden = !missing.textContent;
    const now = links.overlay && clip.overlay ? `${clip.overlay.round} ${clip.overlay.bytes} ${clip.overlay.frames}` : '';
    overlay.made.hidden = !now;
    if (now !== played) {
      played = now;
      overlay.button.textContent = `Video (${bytes(clip.overlay?.bytes ?? 0)})`;
      if (now) video.show(links.overlay!, links.poster!, clip.overlay!.bytes);
      else video.hide();
    }
    read();
  }

  // Anew when frames have ended or were erased, and not all the time.
  function read() {
    if (reading) return;
    reading = true;
    void repeat(signal, async () => {
      const now = JSON.stringify([batch!.state, batch!.counts, batch!.clip!.erased]);
      if (now === drawn) return null;
      chart.show(await json<Timeline>(`${address}/timeline`, { signal }));
      drawn = now;
      trouble.hidden = true;
      return over(batch!) ? 0 : betweenMilliseconds;
    }, text => {
      trouble.textContent = text;
      trouble.hidden = false;
    }).finally(() => { reading = false; });
  }

  return { section, show };
}

const nameOf = ({ source: { clip } }: Batch) => clip?.fileName ?? 'video';

/** Why there is no video of the classes, in a sentence; empty where there is one, or a note says why. */
function whyMissing({ state, links, clip, counts }: Batch): string {
  if (links.overlay || !clip || clip.findings.some(({ kind }) => kind === 'without-overlay')) return '';
  if (clip.erased > 0) return 'A frame was deleted, and the video of the classes with it.';
  if (state === 'canceled') return 'There is no video of the classes: the batch was canceled before all its frames were done.';
  if (state === 'failed') return 'There is no video of the classes: the batch failed before all its frames were done.';
  if (state !== 'completed') return 'The video of the classes is made when all frames are done.';
  return counts?.succeeded === 0 ? 'There is no video of the classes: no frame has a result.'
    : 'The video of the classes is not kept any more.';
}
