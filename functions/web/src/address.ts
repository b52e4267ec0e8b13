/** What the address says after its #: the parts of the path, and what is set beside it. */
export function place(): { parts: string[]; set: URLSearchParams } {
  const [path = '', set = ''] = location.hash.replace(/^#\/?/, '').split('?', 2);
  return { parts: path.split('/').map(decoded), set: new URLSearchParams(set) };
}

/** Writes settings of what is shown into the address, without a step in the history; what is undefined goes from it. */
export function keep(settings: Record<string, string | undefined>) {
  history.replaceState(history.state, '', withSettings(settings));
}

/** The address with settings beside it. */
export function withSettings(settings: Record<string, string | undefined>): string {
  const [path = ''] = location.hash.split('?', 1);
  const set = Object.entries(settings).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeURIComponent(value).replaceAll('%2C', ',')}`])).join('&');
  return `${location.href.split('#', 1)[0]}${path || '#/'}${set && `?${set}`}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
