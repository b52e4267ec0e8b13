import { Failure } from './api';
import { lasting } from './live';
import { put, type PutFault, type Target } from './put';
import { words } from './ui';

const blockBytes = 16 * 2 ** 20;
const wholeBytes = 4 * blockBytes;
const longestPause = 30_000;
const mostTries = 3;

/** A file that storage takes in no way, or that cannot be read. */
export class FileFault extends Failure {
  constructor(message: string) {
    super(message, 'file', 400);
  }
}

/** A file and how much of it is in storage. */
export interface Outgoing { readonly file: File; sent: number; blocks: number; there: boolean }

export const outgoing = (file: File): Outgoing => ({ file, sent: 0, blocks: 0, there: false });

/** Files on their way into storage. What the line breaks goes on by itself; whoever leaves the page ends it. */
export abstract class Transfer {
  state: 'sending' | 'stopped' | 'done' = 'stopped';
  /** Why nothing moves for now. */
  trouble: string | undefined;
  /** What ended it. */
  error: unknown;
  changed = () => {};

  protected stopping = new AbortController();
  private readonly waiting = new Set<() => void>();
  private began = 0;
  private beganAt = 0;

  protected constructor(readonly name: string, readonly bytes: number) {}

  abstract get sentBytes(): number;

  /** Sends what is not there yet; false where some of it will not be. */
  protected abstract send(signal: AbortSignal): Promise<boolean>;

  /** Milliseconds that are left at the pace so far; undefined until there is one. */
  get left(): number | undefined {
    const took = performance.now() - this.began;
    const sent = this.sentBytes - this.beganAt;
    return this.state === 'sending' && took > 5000 && sent > 0 ? took / sent * (this.bytes - this.sentBytes) : undefined;
  }

  async run(): Promise<void> {
    const stopping = this.stopping = new AbortController();
    [this.state, this.error, this.trouble] = ['sending', undefined, undefined];
    [this.began, this.beganAt] = [performance.now(), this.sentBytes];
    addEventListener('beforeunload', ask);
    addEventListener('online', this.hurry);
    this.changed();
    try {
      this.state = await this.send(stopping.signal) ? 'done' : 'stopped';
    } catch (error) {
      this.state = 'stopped';
      if (!stopping.signal.aborted) this.error = error;
      stopping.abort();
    }
    this.trouble = undefined;
    removeEventListener('beforeunload', ask);
    removeEventListener('online', this.hurry);
    this.changed();
  }

  stop() {
    this.stopping.abort();
    this.hurry();
  }

  /** What waits for the line tries again now. */
  readonly hurry = () => {
    for (const go of [...this.waiting]) go();
  };

  /**
   * Puts a file: a large one in blocks, of which those that are there are not sent again. `expired` is told that the address is good no
   * more.
   */
  protected async put(one: Outgoing, target: () => Promise<Target>, expired: () => void): Promise<void> {
    const { file } = one;
    if (file.size <= wholeBytes) await this.part(one, file, 0, '', target, expired);
    else {
      const count = Math.ceil(file.size / blockBytes);
      while (one.blocks < count) {
        const from = one.blocks * blockBytes;
        const block = `&comp=block&blockid=${encodeURIComponent(idOf(one.blocks))}`;
        await this.part(one, file.slice(from, from + blockBytes), from, block, target, expired);
        one.blocks++;
      }
      const list = Array.from({ length: count }, (_, block) => `<Latest>${idOf(block)}</Latest>`).join('');
      const xml = new Blob([`<?xml version="1.0" encoding="utf-8"?><BlockList>${list}</BlockList>`], { type: 'application/xml' });
      await this.part(one, xml, file.size, '&comp=blocklist', target, expired);
    }
    [one.sent, one.there] = [file.size, true];
    this.changed();
  }

  /** Does something again and again while trying again may end otherwise. */
  protected async patiently<T>(work: () => Promise<T>): Promise<T> {
    const { signal } = this.stopping;
    for (let failures = 0; ; failures++) {
      try {
        signal.throwIfAborted();
        return await work();
      } catch (error) {
        signal.throwIfAborted();
        if (lasting(error)) throw error;
        this.trouble = error instanceof Failure && error.code === 'unreachable' ? 'Storage cannot be reached.' : words(error);
        this.changed();
        const asked = error instanceof Failure ? 1000 * error.retrySeconds : 0;
        await this.pause(Math.max(asked, Math.min(longestPause, 1000 * 2 ** failures)));
      }
    }
  }

  // A whole file, one block of it, or the list of its blocks.
  private async part(
    one: Outgoing, content: Blob, from: number, query: string, target: () => Promise<Target>, expired: () => void,
  ): Promise<void> {
    const { signal } = this.stopping;
    let refused = 0;
    await this.patiently(async () => {
      const { method, url, headers } = await target();
      try {
        await put({ method, url: url + query, headers: query ? {} : headers }, content, signal, sent => {
          one.sent = Math.min(one.file.size, from + sent * content.size);
          this.trouble = undefined;
          this.changed();
        }, 'file');
      } catch (error) {
        one.sent = Math.min(one.file.size, from);
        signal.throwIfAborted();
        const fault = (error as Failure).code as PutFault;
        if (fault === 'expired') expired();
        if (fault !== 'unreachable' && ++refused === mostTries) {
          throw new FileFault(fault === 'expired' ? 'storage lets nobody write it; ask who runs this service' : 'storage does not take it');
        }
        if (!await readable(content)) throw new FileFault('it cannot be read any more; it was moved or changed since it was chosen');
        throw error;
      }
    });
  }

  private pause(milliseconds: number): Promise<void> {
    return new Promise(resolve => {
      const go = () => {
        clearTimeout(timer);
        this.waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(go, milliseconds);
      this.waiting.add(go);
    });
  }
}

const ask = (event: BeforeUnloadEvent) => event.preventDefault();

// Ids of the blocks of a file have one length.
const idOf = (block: number) => btoa(String(block).padStart(6, '0'));

async function readable(content: Blob): Promise<boolean> {
  try {
    await content.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
