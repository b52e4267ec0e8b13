import { place } from '../address';
import { announce, bytes, fill, h } from '../dom';
import { drops } from '../drops';
import { take as segment } from '../jobs/home';
import { action, fieldOf, words } from '../ui';
import { progressOf } from '../upload/progress';
import { isTrack, problemOfTrack, problemOfVideo } from './choice';
import { ClipSending } from './sending';

let sending: ClipSending | undefined;

/** Sending a video: what is chosen is looked at and sent, and its batch shown. */
export function videoSection(): { section: HTMLElement; leave: () => void } {
  const body = h('div', { className: 'upload' });
  const section = h('section', { className: 'clip-start', 'aria-labelledby': 'video-title' },
    h('h2', { id: 'video-title' }, 'Send a video'), body);
  let left = false;
  if (sending) follow(sending);
  else choose();

  function choose() {
    let [video, track]: (File | undefined)[] = [];
    const pick = (accept: string) => {
      const input = h('input', { type: 'file', accept, className: 'hidden-text', tabIndex: -1, 'aria-hidden': 'true', onchange: () => {
        void take([...input.files ?? []]);
        input.value = '';
      } });
      return input;
    };
    const [videos, tracks] = [pick('video/*,.mp4,.mov,.m4v,.webm,.mkv'), pick('.gpx,application/gpx+xml')];
    const problem = h('p', { className: 'error', role: 'alert', hidden: true });
    const chosen = h('p', {});
    const trackName = h('span', { className: 'row-text' });
    const without = () => {
      track = undefined;
      show();
    };
    const another = h('button', { type: 'button', className: 'text-button', onclick: without }, 'Leave it out');
    const every = number('clip-every', 1, 0.1, 60, 'any');
    const frames = number('clip-frames', 300, 1, 3000, '1');
    const start = h('input', { id: 'clip-start', type: 'datetime-local', step: '1', 'aria-describedby': 'clip-start-hint' });
    const began = h('div', {}, fieldOf('When the video began', start),
      h('p', { id: 'clip-start-hint', className: 'hint' }, 'By your clock here; only where its file does not say it, or says it wrong.'));
    const [redact, nowhere] = [box(), box()];
    const form = h('form', { className: 'start', hidden: true, onsubmit: (event: Event) => event.preventDefault() },
      fieldOf('Seconds between frames', every), fieldOf('Most frames', frames),
      h('div', { className: 'field' }, h('span', { className: 'hint' }, 'Track of the same drive (GPX), if you have one'),
        h('div', { className: 'row' },
          h('button', { type: 'button', className: 'button quiet', onclick: () => tracks.click() }, 'Choose a track'), trackName, another)),
      began,
      check(redact, 'Obscure people, riders and vehicles', 'in the frames that are kept; what the model misses stays visible'),
      check(nowhere, 'Leave out where it was taken', 'no position is kept, and a track is not looked at'));
    const go = action('Send the video', begin);
    go.querySelector('button')!.type = 'submit';
    form.append(go);
    fill(body,
      h('div', { className: 'drop', onclick: (event: Event) => { if (event.target === event.currentTarget) videos.click(); } },
        h('div', { className: 'row' },
          h('button', { type: 'button', className: 'button', onclick: () => videos.click() }, 'Choose a video')),
        h('p', { className: 'hint' }, h('span', { className: 'mouse-only' }, 'or drop it anywhere on this page. '),
          'MP4, MOV, WebM or MKV. Frames are taken of it and segmented; you see the classes along its time.'),
        videos, tracks),
      problem, chosen, form);
    show();
    drops.view = { words: 'Drop the video', take: data => {
      const files = [...data.files];
      if (files.length > 0 && files.every(file => file.type.startsWith('image/'))) segment(files);
      else void take(files);
    } };

    async function take(files: File[]) {
      problem.hidden = true;
      try {
        for (const file of files) {
          const wrong = await (isTrack(file) ? problemOfTrack : problemOfVideo)(file);
          if (wrong) throw new Error(wrong);
          if (isTrack(file)) track = file;
          else video = file;
          announce(`${file.name} chosen`);
        }
      } catch (error) {
        problem.textContent = words(error);
        problem.hidden = false;
      }
      show();
    }

    function show() {
      form.hidden = chosen.hidden = !video;
      began.hidden = another.hidden = !track;
      fill(chosen, video && h('strong', {}, video.name), video && `  ·  ${bytes(video.size)}`);
      trackName.textContent = track?.name ?? '';
    }

    async function begin() {
      if (!video || !form.reportValidity()) return;
      const privacy = [redact.checked && 'redact', nowhere.checked && 'no-location'].filter(Boolean).join();
      const made = new ClipSending(video, track, {
        every: every.valueAsNumber, frames: frames.valueAsNumber,
        ...track && start.value && { start: new Date(start.value).toISOString() }, ...privacy && { privacy },
      });
      await made.prepare();
      if (left) return;
      follow(made);
      void made.run();
    }
  }

  function follow(made: ClipSending) {
    sending = made;
    drops.view = { take: () => announce('A video is on its way.'), words: 'A video is on its way' };
    fill(body, progressOf(made, {
      title: `Sending ${made.name}`,
      keep: 'Keep this page open until the video is there.',
      stopped: 'Stopped. What is there stays there for some hours.',
      another: 'Choose another video',
    }, {
      done: () => {
        sending = undefined;
        announce(`${made.name} is there.`);
        const { parts } = place();
        if (parts[0] === 'batches' && !parts[1]) location.hash = `#/batches/${made.batch!.id}`;
      },
      over: () => {
        sending = undefined;
        choose();
      },
    }));
  }

  return { section, leave: () => {
    left = true;
    drops.view = undefined;
  } };
}

const number = (id: string, value: number, min: number, max: number, step: string) =>
  h('input', { id, type: 'number', value: String(value), min: String(min), max: String(max), step, required: true, inputMode: 'decimal' });

const box = () => h('input', { type: 'checkbox' });

const check = (input: HTMLElement, label: string, detail: string) =>
  h('label', { className: 'row check' }, input, h('span', {}, `${label} `, h('span', { className: 'muted' }, detail)));
