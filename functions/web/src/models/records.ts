export interface MetricSet { dataset: string; split: string; width: number; height: number; values: Record<string, number>; command?: string }

export interface Gate {
  passed: boolean;
  against?: string;
  at: string;
  checks: { name: string; passed: boolean; value?: number; limit?: number; note: string }[];
}

/** A model, as `GET /v1/models` shows it. */
export interface Model {
  name: string;
  version: string;
  description: string;
  licence: string;
  architecture: string;
  encoder: string;
  metrics: MetricSet[];
  state?: 'live' | 'candidate';
  /** Why the live version does not serve, when it does not. */
  notice?: string;
  links: { self: string };
}

/** A version, as `GET /v1/models/{name}/versions` shows it. */
export interface Version {
  name: string;
  version: string;
  state: 'candidate' | 'live' | 'retired';
  publishedAt?: string;
  publishedBy?: string;
  training?: string;
  dataset?: string;
  gate?: Gate;
  metrics: MetricSet[];
  links: Record<string, string>;
}

export interface Versions {
  name: string;
  live?: string;
  /** The version that a rollback would make live; absent when there is none. */
  previous?: string;
  items: Version[];
  history: { version: string; at: string; kind: string; by: string }[];
}

export const modelPath = (name: string) => `/v1/models/${encodeURIComponent(name)}`;

export const versionPath = (name: string, version: string) => `${modelPath(name)}/versions/${encodeURIComponent(version)}`;

export const versionHash = (name: string, version: string) => `#/models/${encodeURIComponent(name)}/${encodeURIComponent(version)}`;

/** How the state pills of versions look: those of jobs. */
export const looks = { live: 'succeeded', candidate: '', retired: '' } as const;
