import { call } from '../api';
import { bytes, h } from '../dom';
import { repeat } from '../live';

// More is fetched when somebody wants it.
const mostBytesUnasked = 64_000_000;

/** The video of the classes over the frames, which is fetched with the key. `moved` hears where it is. */
export function overlayVideo(signal: AbortSignal, moved: (seconds: number) => void) {
  const video = h('video', { controls: true, playsInline: true, preload: 'auto', 'aria-label': 'The video with its classes in colour' });
  const message = h('p', { className: 'hint', role: 'status' });
  const load = h('button', { type: 'button', className: 'button quiet', hidden: true });
  const element = h('div', { className: 'clip-video', hidden: true }, video, h('div', { className: 'row' }, load, message));
  const held = new Map<'src' | 'poster', string>();
  let waiting: number | undefined;

  for (const event of ['timeupdate', 'seeking']) video.addEventListener(event, () => moved(video.currentTime));
  video.addEventListener('loadedmetadata', () => {
    if (waiting !== undefined) video.currentTime = waiting;
    waiting = undefined;
  });
  signal.addEventListener('abort', clear);

  function clear() {
    held.forEach(url => URL.revokeObjectURL(url));
    held.clear();
    for (const name of ['src', 'poster']) video.removeAttribute(name);
    video.load();
  }

  async function hold(name: 'src' | 'poster', address: string) {
    const url = URL.createObjectURL(await (await call(address, { signal })).blob());
    if (signal.aborted) return URL.revokeObjectURL(url);
    held.set(name, url);
    video[name] = url;
  }

  const patiently = (work: () => Promise<void>) => void repeat(signal, async () => {
    await work();
    return null;
  }, text => { message.textContent = text; });

  async function fetchVideo(address: string, size: number) {
    load.hidden = true;
    message.textContent = `Fetching the video, ${bytes(size)} …`;
    await hold('src', address);
    message.textContent = '';
  }

  return {
    element,
    /** Shows another video. */
    show(address: string, poster: string, size: number) {
      clear();
      element.hidden = false;
      patiently(() => hold('poster', poster));
      const fetching = () => patiently(() => fetchVideo(address, size));
      load.textContent = `Fetch the video (${bytes(size)})`;
      load.onclick = fetching;
      load.hidden = size <= mostBytesUnasked;
      if (load.hidden) fetching();
    },
    hide() {
      clear();
      element.hidden = true;
    },
    seek(seconds: number) {
      if (video.readyState > 0) video.currentTime = seconds;
      else waiting = seconds;
    },
  };
}
