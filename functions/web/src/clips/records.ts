import type { Captured } from '../api';

/** Where a video and its track go. */
export interface Ticket { key: string; method: string; video: string; track: string; headers: Record<string, string>; maxBytes: number }

/** Something that whoever looks at a video's results should know. */
export interface Finding { kind: string; message: string }

/** What is known of the video of a batch once frames were taken of it. */
export interface Clip {
  facts: { container: string; codec: string; width: number; height: number; durationSeconds?: number; bytes: number };
  findings: Finding[];
  overlay?: { round: number; bytes: number; frames: number };
  erased: number;
}

/** A frame of a video: when it is shown, how it stands, and what each class has of it. */
export interface Frame {
  index: number;
  seconds: number;
  state: string;
  code?: string;
  job?: string;
  /** 0 to 1, in the order of the classes. */
  shares?: number[];
  captured?: Captured;
}

/** The frames of a video along its time, as `GET /v1/batches/{id}/timeline` shows them. */
export interface Timeline {
  fileName: string;
  everySeconds: number;
  classes: { id: number; name: string; color: string }[];
  frames: Frame[];
}

/** A time within a video, as players show it: 1:05, 1:05.5, 1:00:05. */
export function clock(seconds: number): string {
  const tenths = Math.round(10 * seconds);
  const [hours, minutes, rest] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, tenths % 600];
  const [whole, tenth] = [Math.floor(rest / 10), rest % 10];
  const short = `${String(whole).padStart(2, '0')}${tenth ? `.${tenth}` : ''}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${short}` : `${minutes}:${short}`;
}

/** How long the video is as far as frames were taken of it. */
export const lengthOf = ({ frames, everySeconds }: Timeline) => (frames.at(-1)?.seconds ?? 0) + everySeconds;

/** The frame that is shown at a time; the first one from the start on. A video's own times are a little coarser than the frames'. */
export function frameAt({ frames }: Timeline, seconds: number): Frame | undefined {
  let [from, to] = [0, frames.length - 1];
  while (from < to) {
    const middle = Math.ceil((from + to) / 2);
    if (frames[middle]!.seconds <= seconds + 0.002) from = middle;
    else to = middle - 1;
  }
  return frames[from];
}
