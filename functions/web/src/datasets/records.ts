/** A data set, as `GET /v1/datasets/{name}` shows it. */
export interface Dataset {
  name: string;
  state: 'checking' | 'ready' | 'failed';
  receivedAt: string;
  finishedAt?: string;
  progress?: { stage: string; done: number; total: number };
  version?: string;
  versions: string[];
  failure?: { code: string; message: string };
  /** What last stopped the check, which is tried again by itself. */
  setback?: { error: string; message: string; at: string };
  /** Files that arrived after dataset.json. */
  late?: { files: number; message: string };
  training?: string;
  links: Record<string, string>;
}

/** What was found in it: `report.json`. */
export interface Report {
  name: string;
  layout: string;
  licence: string;
  createdAt: string;
  version?: string | null;
  problem?: { code: string; message: string } | null;
  files: number;
  pairs: number;
  usable: number;
  target: { mode: string; width: number; height: number };
  splits: { split: string; images: number; groups: number }[];
  sizes: { width: number; height: number; images: number }[];
  classes: { id: number; name: string; color: string; pixels: number; share: number; images: number }[];
  values: { value: string; name: string; class: string; pixels: number; images: number }[];
  pixels: number;
  unknownPixels: number;
  faults: { kind: string; skipped: boolean; count: number; pixels: number; examples: { file: string; detail: string; pixels: number }[] }[];
  notes: string[];
}

export const stateWords = { checking: 'checking', ready: 'ready', failed: 'cannot be used' } as const;
