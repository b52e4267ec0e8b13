import { call, ended, type Job } from '../api';
import { download, h, stem } from '../dom';
import { downloads } from '../explore/downloads';
import { action, words } from '../ui';
import { zip } from '../zip';
import { askToErase, erase } from './erase';

/** Jobs that are selected, and the bar that does something with all of them. `shown` are those that can be selected; `gone` hears of those that were deleted. */
export function selection(shown: () => Iterable<Job>, signal: () => AbortSignal, gone: (ids: string[]) => void) {
  const chosen = new Set<string>();
  const boxes = new Map<string, HTMLInputElement>();
  const count = h('strong', { role: 'status' });
  const what = h('select', { id: 'what' }, ...[...downloads].sort(([a]) => (a === 'overlay' ? -1 : 0)).map(([link, label]) => h('option', { value: link }, label)), h('option', { value: '' }, 'Everything'));
  const message = h('p', { className: 'hint', role: 'status' });
  const get = action('Download', save);
  const cancel = action('Cancel', () => each(running(), async job => { await call(`/v1/jobs/${job.id}`, { method: 'DELETE', signal: signal() }); }, 'canceled'), 'button quiet');
  const wipe = action('Delete', eraseAll, 'button danger');
  const all = h('button', { type: 'button', className: 'text-button', onclick: () => { for (const { id } of shown()) set(id, true); } }, 'Select all shown');
  const none = h('button', { type: 'button', className: 'text-button', onclick: () => { clear(); document.getElementById('main')!.focus({ preventScroll: true }); } }, 'Clear selection');
  const bar = h('section', { className: 'selection', 'aria-label': 'Selected jobs', hidden: true },
    h('div', { className: 'row' }, count, all, none),
    h('div', { className: 'row' }, h('label', { for: 'what' }, 'What'), what, get, cancel, wipe),
    message);

  const jobs = () => [...shown()].filter(job => chosen.has(job.id));
  const done = () => jobs().filter(job => job.state === 'succeeded');
  const running = () => jobs().filter(job => !ended(job.state));

  function tell() {
    bar.hidden = chosen.size === 0;
    count.textContent = `${chosen.size} selected`;
    get.querySelector('button')!.textContent = done().length === 1 ? 'Download 1 result' : `Download ${done().length} results`;
    get.hidden = done().length === 0;
    cancel.querySelector('button')!.textContent = running().length === 1 ? 'Cancel 1 job' : `Cancel ${running().length} jobs`;
    cancel.hidden = running().length === 0;
    wipe.querySelector('button')!.textContent = chosen.size === 1 ? 'Delete for good' : `Delete ${chosen.size} for good`;
  }

  function set(id: string, on: boolean) {
    if (on) chosen.add(id);
    else chosen.delete(id);
    const box = boxes.get(id);
    if (box) box.checked = on;
    message.textContent = '';
    tell();
  }

  function clear() {
    for (const id of [...chosen]) set(id, false);
  }

  // What fails for one does not keep the others.
  async function each(wanted: Job[], act: (job: Job) => Promise<void>, past: string) {
    const failed: string[] = [];
    for (const [at, job] of wanted.entries()) {
      message.textContent = `${at + 1} of ${wanted.length} …`;
      try {
        await act(job);
      } catch (error) {
        if (signal().aborted) return;
        failed.push(`${job.fileName ?? job.id}: ${words(error)}`);
      }
    }
    message.textContent = [`${wanted.length - failed.length} of ${wanted.length} ${past}.`, ...failed].join(' ');
  }

  async function eraseAll() {
    const wanted = jobs();
    if (!await askToErase(wanted)) return;
    const done: string[] = [];
    await each(wanted, async job => {
      await erase(job.id, signal());
      done.push(job.id);
    }, 'deleted for good');
    if (signal().aborted) return;
    gone(done);
    if (chosen.size === 0) document.getElementById('main')!.focus({ preventScroll: true });
  }

  async function save() {
    const files: { name: string; content: Blob }[] = [];
    const taken = new Set<string>();
    const kinds = downloads.filter(([link]) => what.value === '' || link === what.value);
    await each(done(), async job => {
      const made: typeof files = [];
      const name = free(stem(job.fileName ?? 'photo').replace(/[\\/:*?"<>|\p{Cc}]/gu, '_'), taken);
      for (const [link, , suffix] of kinds) made.push({ name: name + suffix, content: await (await call(job.links[link]!, { signal: signal() })).blob() });
      files.push(...made);
    }, 'downloaded');
    if (files.length === 0 || signal().aborted) return;
    if (files.length === 1) download(files[0]!.content, files[0]!.name);
    else download(await zip(files), 'roadseg.zip');
  }

  /** The box that selects a job. */
  function box(job: Job): HTMLElement {
    const input = h('input', { type: 'checkbox', 'aria-label': `Select ${job.fileName ?? job.id}`, checked: chosen.has(job.id), onchange: () => set(job.id, input.checked) });
    boxes.set(job.id, input);
    return h('label', { className: 'pick' }, input);
  }

  /** A job is no longer shown. */
  function forget(id: string) {
    boxes.delete(id);
    chosen.delete(id);
    tell();
  }

  return { bar, box, forget, clear, tell };
}

function free(name: string, taken: Set<string>): string {
  let found = name;
  for (let number = 2; taken.has(found.toLowerCase()); number++) found = `${name}-${number}`;
  taken.add(found.toLowerCase());
  return found;
}
