import { json } from '../api';
import { expect, receivedOf } from '../datasets/arrival';
import type { Target } from '../put';
import { FileFault, outgoing, Transfer, type Outgoing } from '../transfer';
import type { PickedFile } from './picked';

// Browsers open six connections to a host.
const parallel = 4;
const perCall = 1000;
// Addresses are good for an hour.
const freshMilliseconds = 45 * 60_000;
const description = 'dataset.json';

interface Addresses { headers: Record<string, string>; files: { path: string; url: string }[] }

/**
 * A data set on its way into storage: several files at a time, dataset.json when all others are there. A file that storage takes in no
 * way lets the others go on.
 */
export class Sending extends Transfer {
  /** Files that are not there and will not be. */
  failed: { path: string; message: string }[] = [];

  private readonly all: (PickedFile & Outgoing)[];
  private readonly asked = new Map<number, { answer: Promise<Addresses>; at: number }>();

  constructor(name: string, files: readonly PickedFile[], spec: Blob) {
    super(name, files.reduce((sum, one) => sum + one.file.size, 0) + spec.size);
    this.all = [...files, { path: description, file: new File([spec], description) }]
      .map(({ path, file }) => ({ path, ...outgoing(file) }));
  }

  get files() { return this.all.length; }
  get sentFiles() { return this.all.filter(one => one.there).length; }
  get sentBytes() { return this.all.reduce((sum, one) => sum + one.sent, 0); }

  /** Asks for the first addresses, so that who may not upload hears of it before anything is sent. */
  async prepare(): Promise<void> {
    await this.targetOf(0);
  }

  protected async send(signal: AbortSignal): Promise<boolean> {
    this.failed = [];
    const last = this.all.length - 1;
    let next = 0;
    await Promise.all(Array.from({ length: parallel }, async () => {
      while (next < last) await this.one(next++);
    }));
    if (this.failed.length > 0) return false;
    const received = await this.patiently(() => receivedOf(this.name, signal));
    await this.one(last);
    if (this.failed.length > 0) return false;
    expect(this.name, received);
    return true;
  }

  private async one(at: number): Promise<void> {
    const one = this.all[at]!;
    if (one.there) return;
    try {
      await this.put(one, () => this.targetOf(at), () => this.asked.delete(Math.floor(at / perCall)));
    } catch (error) {
      if (!(error instanceof FileFault)) throw error;
      this.failed.push({ path: one.path, message: error.message });
      this.changed();
    }
  }

  private async targetOf(at: number): Promise<Target> {
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
    return { method: 'PUT', headers, url: files[at - call * perCall]!.url };
  }
}
