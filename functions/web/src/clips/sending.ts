import type { Batch } from '../batches/records';
import { Failure, json } from '../api';
import { bytes } from '../dom';
import { FileFault, outgoing, Transfer, type Outgoing } from '../transfer';
import type { Ticket } from './records';

/** What is asked for of a video. */
export interface Wish { every: number; frames: number; start?: string; privacy?: string }

/** A video, perhaps with a track, on its way into storage; when it is there a batch is made of its frames. */
export class ClipSending extends Transfer {
  /** The batch, once there is one. */
  batch: Batch | undefined;

  private readonly video: Outgoing;
  private readonly track: Outgoing | undefined;
  private ticket: Ticket | undefined;

  constructor(video: File, track: File | undefined, private readonly wish: Wish) {
    super(video.name, video.size + (track?.size ?? 0));
    this.video = outgoing(video);
    this.track = track && outgoing(track);
  }

  get sentBytes() { return this.video.sent + (this.track?.sent ?? 0); }

  /** Asks where the files go, so that who may not send them, or sends too much, hears of it before anything is sent. */
  async prepare(): Promise<void> {
    this.ticket = await json<Ticket>('/v1/clips', { method: 'POST', signal: this.stopping.signal });
    const [{ maxBytes }, { size }] = [this.ticket, this.video.file];
    if (size <= maxBytes) return;
    const most = `at most ${bytes(maxBytes)} are taken`;
    throw new Failure(`The video has ${bytes(size)}; ${most}. Save it with fewer pixels, or cut it into parts.`, '', 413);
  }

  protected async send(): Promise<boolean> {
    if (!this.ticket) await this.patiently(() => this.prepare());
    for (const [one, address] of [[this.track, this.ticket!.track], [this.video, this.ticket!.video]] as const) {
      if (one && !one.there) await this.file(one, address);
    }
    this.batch = await this.patiently(() => this.begin());
    return true;
  }

  private async file(one: Outgoing, url: string): Promise<void> {
    const { method, headers } = this.ticket!;
    try {
      await this.put(one, () => Promise.resolve({ method, url, headers }), () => {
        this.anew();
        throw new FileFault('the time for this upload has run out; go on to send it from the start');
      });
    } catch (error) {
      throw error instanceof FileFault ? new Failure(`${one.file.name}: ${error.message}.`, error.code, error.status) : error;
    }
  }

  // What was sent by an address that is good no more is lost with it.
  private anew() {
    this.ticket = undefined;
    for (const one of [this.video, this.track]) if (one) Object.assign(one, outgoing(one.file));
  }

  // By the key of the files, so that an answer that was lost makes no second batch.
  private begin(): Promise<Batch> {
    const { every, frames, start, privacy } = this.wish;
    return json<Batch>('/v1/batches', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': this.ticket!.key },
      body: JSON.stringify({ clip: { key: this.ticket!.key, fileName: this.name, every, frames, start }, privacy }),
      signal: this.stopping.signal,
    });
  }
}
