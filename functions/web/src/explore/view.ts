/** What is shown of a result and how; the address says it, so that a link shows the same. */
export interface View {
  mode: ShownMode;
  /** Per cent. */
  opacity: number;
  /** Names of the classes that are switched off. */
  hidden: ReadonlySet<string>;
  /** Whether regions have their names on them. */
  names: boolean;
  /** Per cent of confidence below which a pixel is shown as unknown. */
  sure: number;
}

export const shownModes = ['blend', 'split', 'outline', 'confidence'] as const;
export type ShownMode = (typeof shownModes)[number];
export const usualOpacity = 60;
export const mostSure = 99;

/** Reads what an address asks for; what no result has is passed over. */
export function viewOf(set: URLSearchParams, classes: readonly string[]): View {
  const opacity = Number.parseInt(set.get('opacity') ?? '', 10);
  const sure = Number.parseInt(set.get('sure') ?? '', 10);
  const shown = set.get('classes')?.split(',');
  return {
    mode: shownModes.find(mode => mode === set.get('view')) ?? 'blend',
    opacity: opacity >= 0 && opacity <= 100 ? opacity : usualOpacity,
    hidden: new Set(shown ? classes.filter(name => !shown.includes(name)) : []),
    names: set.get('names') === 'on',
    sure: sure >= 0 && sure <= mostSure ? sure : 0,
  };
}

/** What the address says of a view; nothing of what is as usual. */
export const settingsOf = (view: View, classes: readonly string[]): Record<string, string | undefined> => ({
  view: view.mode === 'blend' ? undefined : view.mode,
  opacity: view.opacity === usualOpacity ? undefined : String(view.opacity),
  classes: view.hidden.size > 0 ? classes.filter(name => !view.hidden.has(name)).join(',') : undefined,
  names: view.names ? 'on' : undefined,
  sure: view.sure > 0 ? String(view.sure) : undefined,
});
