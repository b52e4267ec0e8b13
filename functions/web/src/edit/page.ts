import { json, type Job, type Summary } from '../api';
import { fill, h } from '../dom';
import { photoOf, planeOf } from '../explore/photo';
import { words } from '../ui';
import { EditCanvas } from './canvas';
import { draftOf } from './draft';
import './edit.css';
import { Editor } from './editor';
import { Mask } from './mask';
import { reviewedPlane } from './reviewed';

/** The page on which a person corrects the mask of a job. Returns what to call when it goes. */
export function editorPage(main: HTMLElement, id: string): () => void {
  const stop = new AbortController();
  const back = `#/jobs/${encodeURIComponent(id)}`;
  let leave = () => {};
  fill(main, h('p', { className: 'hint', role: 'status' }, 'Loading the photo and its mask …'));
  void (async () => {
    try {
      const job = await json<Job>(`/v1/jobs/${encodeURIComponent(id)}`, { signal: stop.signal });
      if (job.state !== 'succeeded') throw new Error('This photo has no result that could be corrected.');
      const summary = await json<Summary>(job.links.summary!);
      const [photo, own, reviewed, draft] = await Promise.all([photoOf(job), planeOf(job, 'mask'), reviewedPlane(id), draftOf(id)]);
      if (stop.signal.aborted) return;
      const ids = { ...own, samples: (reviewed?.plane ?? own).samples.slice() };
      const canvas = new EditCanvas(ids, own);
      try {
        if (photo) await canvas.load(photo, job.image!);
      } catch (error) {
        canvas.dispose();
        throw error;
      }
      if (stop.signal.aborted) return canvas.dispose();
      const editor = new Editor(main, job, summary, canvas, new Mask(own.width, own.height, ids.samples, own.samples), reviewed?.version ?? null, back, photo !== null);
      leave = () => editor.leave();
      if (draft && draft.ids.length === ids.samples.length) editor.take(draft.ids, draft.base, draft.at);
    } catch (error) {
      if (stop.signal.aborted) return;
      fill(main, h('div', { className: 'page-head' }, h('h1', {}, 'This cannot be corrected here'), h('p', { className: 'error', role: 'alert' }, words(error))), h('a', { className: 'button', href: back }, 'Back to the result'));
    }
  })();
  return () => {
    stop.abort();
    leave();
  };
}
