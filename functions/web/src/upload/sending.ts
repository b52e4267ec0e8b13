import { Failure, json } from '../api';
import { expect, receivedOf } from '../datasets/arrival';
import { lasting } from '../live';
import { put, type PutFault } from '../put';
import { words } from '../ui';
import type { PickedFile } from './picked';

// Browsers open six connections to a host.
const parallel = 4;
const perCall = 1000;
const blockBytes = 16 * 2 ** 20;
const wholeBytes = 4 * blockBytes;
// Addresses are good for an hour.
const freshMilliseconds = 45 * 60_000;
const longestPause = 30_000;
const mostTries = 3;
const description = 'dataset.json';

interface Addresses { headers: Record<string, string>; files: { path: string; url: string }[] }

/** A file that storage takes in no way, or that cannot be read; the others go on. */
class FileFault extends Failure {
  constructor(message: string) {
    super(message, 'file', 400);
  }
}

/** A data set on its way into storage: several files at a time, dataset.json when all others are there. What the line breaks goes on by itself; whoever leaves the page ends it. */
export class Sending {
  state: 'sending' | 'stopped' | 'done' = 'stopped';
  /** Why nothing moves for now. */
  trouble: string | undefined;
  /** What ended it. */
  error: unknown;
  /** Files that are not there and will not be. */
  failed: { path: string; message: string }[] = [];
  readonly bytes: number;
  changed = () => {};

  private readonly all: PickedFile[];
  private readonly there = new Set<PickedFile>();
  private thereBytes = 0;
  private readonly moving = new Map<PickedFile, number>();
  private readonly blocks = new Map<PickedFile, number>();
  private readonly asked = new Map<number, { answer: Promise<Addresses>; at: number }>();
  private readonly waiting = new Set<() => void>();
  private stopping = new AbortController();
  private began = 0;
  private beganAt = 0;

  constructor(readonly name: string, files: readonly PickedFile[], spec: Blob) {
    this.all = [...files, { path: description, file: new File([spec], description) }];
    this.bytes = files.reduce((sum, one) => sum + one.file.size, 0) + spec.size;
  }

  get files() { return this.all.length; }
  get sentFiles() { return this.there.size; }
  get sentBytes() {
    let sum = this.thereBytes;
    for (const bytes of this.moving.values()) sum += bytes;
    return sum;
  }

  /** Milliseconds that are left at the pace so far; undefined until there is one. */
  get left(): number | undefined {
    const took = performance.now() - this.began;
    const sent = this.sentBytes - this.beganAt;
    return this.state === 'sending' && took > 5000 && sent > 0 ? took / sent * (this.bytes - this.sentBytes) : undefined;
  }

  /** Asks for the first addresses, so that who may not upload hears of it before anything is sent. */
  async prepare(): Promise<void> {
    await this.addressOf(0);
  }

  /** Sends what is not there yet. */
  async run(): Promise<void> {
    const stopping = this.stopping = new AbortController();
    [this.state, this.error, this.failed, this.trouble] = ['sending', undefined, [], undefined];
    [this.began, this.beganAt] = [performance.now(), this.sentBytes];
    addEventListener('beforeunload', ask);
    addEventListener('online', this.hurry);
    this.changed();
    try {
      const last = this.all.length - 1;
      let next = 0;
      await Promise.all(Array.from({ length: parallel }, async () => {
        while (next < last) {
          const at = next++;
          if (!this.there.has(this.all[at]!)) await this.send(at);
        }
      }));
      if (this.failed.length === 0) {
        const received = await this.patiently(() => receivedOf(this.name, stopping.signal));
        await this.send(last);
        if (this.failed.length === 0) expect(this.name, received);
      }
      this.state = this.failed.length > 0 ? 'stopped' : 'done';
    } catch (error) {
      this.state = 'stopped';
      if (!stopping.signal.aborted) this.error = error;
      stopping.abort();
    }
    this.moving.clear();
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

  private async send(at: number): Promise<void> {
    const one = this.all[at]!;
    const { file } = one;
    try {
      if (file.size <= wholeBytes) await this.part(at, file, 0);
      else {
        const count = Math.ceil(file.size / blockBytes);
        for (let block = this.blocks.get(one) ?? 0; block < count; block++) {
          await this.part(at, file.slice(block * blockBytes, (block + 1) * blockBytes), block * blockBytes, `&comp=block&blockid=${encodeURIComponent(idOf(block))}`);
          this.blocks.set(one, block + 1);
        }
        const list = Array.from({ length: count }, (_, block) => `<Latest>${idOf(block)}</Latest>`).join('');
        await this.part(at, new Blob([`<?xml version="1.0" encoding="utf-8"?><BlockList>${list}</BlockList>`], { type: 'application/xml' }), file.size, '&comp=blocklist');
      }
      this.there.add(one);
      this.thereBytes += file.size;
    } catch (error) {
      if (!(error instanceof FileFault)) throw error;
      this.failed.push({ path: one.path, message: error.message });
    }
    this.moving.delete(one);
    this.changed();
  }

  // A whole file, one block of it, or the list of its blocks.
  private async part(at: number, content: Blob, from: number, query = ''): Promise<void> {
    const one = this.all[at]!;
    const { signal } = this.stopping;
    let refused = 0;
    await this.patiently(async () => {
      const { url, headers } = await this.addressOf(at);
      try {
        await put({ method: 'PUT', url: url + query, headers: query ? {} : headers }, content, signal, sent => {
          this.moving.set(one, Math.min(one.file.size, from + sent * content.size));
          this.trouble = undefined;
          this.changed();
        }, 'file');
      } catch (error) {
        this.moving.set(one, Math.min(one.file.size, from));
        signal.throwIfAborted();
        const fault = (error as Failure).code as PutFault;
        if (fault === 'expired') this.asked.delete(Math.floor(at / perCall));
        if (fault !== 'unreachable' && ++refused === mostTries) throw new FileFault(fault === 'expired' ? 'storage lets nobody write it; ask who runs this service' : 'storage does not take it');
        if (!await readable(content)) throw new FileFault('it cannot be read any more; it was moved or changed since it was chosen');
        throw error;
      }
    });
  }

  private async addressOf(at: number): Promise<{ url: string; headers: Record<string, string> }> {
    const call = Math.floor(at / perCall);
    let known = this.asked.get(call);
    if (!known || performance.now() - known.at > freshMilliseconds) {
      const files = this.all.slice(call * perCall, (call + 1) * perCall).map(one => one.path);
      const answer = json<Addresses>(`/v1/datasets/${encodeURIComponent(this.name)}/uploads`, {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ files }), signal: this.stopping.signal,
      });
      this.asked.set(call, known = { answer, at: performance.now() });
      answer.catch(() => this.asked.delete(call));
    }
    const { headers, files } = await known.answer;
    return { headers, url: files[at - call * perCall]!.url };
  }

  // Again and again while trying again may end otherwise.
  private async patiently<T>(work: () => Promise<T>): Promise<T> {
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
        await this.pause(Math.max(error instanceof Failure ? 1000 * error.retrySeconds : 0, Math.min(longestPause, 1000 * 2 ** failures)));
      }
    }
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
