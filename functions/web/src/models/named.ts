/** When a version was made, which its id says and people can tell apart; an id of another form as it is. */
export function versionName(id: string): string {
  const made = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(id);
  if (!made) return id;
  const [year, month, day, hour, minute, second] = made.slice(1).map(Number) as [number, number, number, number, number, number];
  return new Date(Date.UTC(year, month - 1, day, hour, minute, second)).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** A data set as a version or a run names it: without the fingerprint of its content. */
export const datasetName = (dataset: string) => dataset.split('/', 1)[0]!;

/** What became of a version, in words for visitors. */
export const stateWord = { live: 'live', candidate: 'not live yet', retired: 'was live' } as const;
