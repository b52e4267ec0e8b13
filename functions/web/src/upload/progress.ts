import { bytes, duration, fill, h } from '../dom';
import { Failure } from '../api';
import { useAnotherKey } from '../key';
import type { Transfer } from '../transfer';
import { words } from '../ui';

const drawnMilliseconds = 100;

/** What is said of a transfer, beside how many bytes are there. */
export interface Said {
  title: string;
  /** While it goes on. */
  keep: string;
  stopped: string;
  /** The way to begin another. */
  another: string;
  /** How much of it is there in another measure than bytes. */
  count?: () => string;
  /** What keeps it from its end, where that is more than one sentence. */
  why?: () => HTMLElement | undefined;
}

/** How far a transfer is, with ways to end it, to go on, and to begin another. */
export function progressOf(transfer: Transfer, said: Said, then: { done: () => void; over: () => void }): HTMLElement {
  const bar = h('progress', { max: 1, 'aria-label': `Upload of ${transfer.name}` });
  const text = h('p', {});
  const trouble = h('p', { className: 'hint', role: 'status' });
  const problem = h('div', {});
  const buttons = h('div', { className: 'row' });
  let shown = '';
  let drawing = 0;
  transfer.changed = () => { drawing ||= window.setTimeout(draw, drawnMilliseconds); };
  draw();

  function draw() {
    clearTimeout(drawing);
    drawing = 0;
    const { state, left } = transfer;
    bar.value = transfer.bytes > 0 ? transfer.sentBytes / transfer.bytes : 0;
    text.textContent = [said.count?.(), `${bytes(transfer.sentBytes)} of ${bytes(transfer.bytes)}`,
      left !== undefined && !transfer.trouble && `about ${duration(left)} left`].filter(Boolean).join('  ·  ');
    if (state === 'done') return then.done();
    const why = state === 'stopped' ? said.why?.() ?? ended() : undefined;
    const now = JSON.stringify([state, transfer.trouble, why?.textContent]);
    if (now === shown) return;
    shown = now;
    trouble.textContent = transfer.trouble ? `${transfer.trouble} What is there stays there, and the rest goes on by itself.`
      : state === 'sending' ? said.keep : '';
    fill(problem, why);
    const go = (label: string, act: () => void, look = 'button quiet') =>
      h('button', { type: 'button', className: look, onclick: act }, label);
    const otherKey = transfer.error instanceof Failure && transfer.error.code === 'operator-required';
    fill(buttons, ...(state === 'sending'
      ? [transfer.trouble && go('Try now', transfer.hurry), go('Stop', () => transfer.stop())]
      : [otherKey && go('Use another key', () => void useAnotherKey().then(given => { if (given) void transfer.run(); })),
        go('Go on', () => void transfer.run(), 'button'),
        go(said.another, then.over)]));
  }

  function ended(): HTMLElement {
    const { error } = transfer;
    return h('p', error ? { className: 'error', role: 'alert' } : { role: 'status' }, error ? words(error) : said.stopped);
  }

  return h('section', { className: 'sending', 'aria-labelledby': 'sending-title' },
    h('h2', { id: 'sending-title' }, said.title), bar, text, trouble, problem, buttons);
}
