import { bytes, duration, fill, h } from '../dom';
import { Failure } from '../api';
import { useAnotherKey } from '../key';
import { words } from '../ui';
import type { Sending } from './sending';

const shownFailed = 8;
const drawnMilliseconds = 100;
const count = (number: number) => number.toLocaleString('en');

/** How far an upload is, with ways to end it, to go on, and to begin another. */
export function progressOf(sending: Sending, then: { done: () => void; over: () => void }): HTMLElement {
  const bar = h('progress', { max: 1, 'aria-label': `Upload of ${sending.name}` });
  const text = h('p', {});
  const trouble = h('p', { className: 'hint', role: 'status' });
  const problem = h('div', {});
  const buttons = h('div', { className: 'row' });
  let shown = '';
  let drawing = 0;
  sending.changed = () => { drawing ||= window.setTimeout(draw, drawnMilliseconds); };
  draw();

  function draw() {
    clearTimeout(drawing);
    drawing = 0;
    const { state, left } = sending;
    bar.value = sending.bytes > 0 ? sending.sentBytes / sending.bytes : 0;
    text.textContent = [`${count(sending.sentFiles)} of ${count(sending.files)} files`, `${bytes(sending.sentBytes)} of ${bytes(sending.bytes)}`, left !== undefined && !sending.trouble && `about ${duration(left)} left`].filter(Boolean).join('  ·  ');
    if (state === 'done') return then.done();
    const now = JSON.stringify([state, sending.trouble, sending.failed.length, words(sending.error ?? '')]);
    if (now === shown) return;
    shown = now;
    trouble.textContent = sending.trouble ? `${sending.trouble} What is there stays there, and the rest goes on by itself.` : state === 'sending' ? 'Keep this page open until all files are there.' : '';
    fill(problem, state === 'stopped' && why());
    const go = (label: string, act: () => void, look = 'button quiet') => h('button', { type: 'button', className: look, onclick: act }, label);
    const another = sending.error instanceof Failure && sending.error.code === 'operator-required';
    fill(buttons, ...(state === 'sending'
      ? [sending.trouble && go('Try now', sending.hurry), go('Stop', () => sending.stop())]
      : [another && go('Use another key', () => void useAnotherKey().then(given => { if (given) void sending.run(); })),
        go('Go on', () => void sending.run(), 'button'),
        go('Choose other files', then.over)]));
  }

  function why(): HTMLElement {
    const { failed, error } = sending;
    if (failed.length > 0) {
      return h('div', { role: 'alert' },
        h('p', { className: 'error' }, `${failed.length === 1 ? 'One file is' : `${count(failed.length)} files are`} not there, so the check has not begun. Go on to try again, or choose the files anew.`),
        h('ul', { className: 'bullets' }, ...failed.slice(0, shownFailed).map(one => h('li', {}, `${one.path}: ${one.message}.`)), failed.length > shownFailed && h('li', {}, 'and others')));
    }
    return h('p', error ? { className: 'error', role: 'alert' } : { role: 'status' }, error ? words(error) : 'Stopped. What is there stays there; the check begins when all files are.');
  }

  return h('section', { className: 'sending', 'aria-labelledby': 'sending-title' }, h('h2', { id: 'sending-title' }, `Uploading ${sending.name}`), bar, text, trouble, problem, buttons);
}
