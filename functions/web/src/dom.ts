type Child = Node | string | number | false | null | undefined;
type Properties = Record<string, unknown>;

/** Makes an element. `on…` are listeners, `aria-…`, `data-…` and `role` are attributes, the rest are properties. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, properties: Properties = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value as EventListener);
    else if (name.includes('-') || name === 'role' || name === 'for') element.setAttribute(name, String(value));
    else Reflect.set(element, name, value);
  }
  append(element, children);
  return element;
}

function append(parent: Element, children: Child[]) {
  for (const child of children) {
    if (child !== false && child !== null && child !== undefined) parent.append(child instanceof Node ? child : String(child));
  }
}

export function fill(parent: Element, ...children: Child[]) {
  parent.replaceChildren();
  append(parent, children);
}

/** Makes a part of the page anew, as it does while things go on; the link that has the focus keeps it. */
export function refresh(parent: Element, ...children: Child[]) {
  const focused = parent.contains(document.activeElement) ? document.activeElement!.getAttribute('href') : null;
  fill(parent, ...children);
  if (focused !== null) [...parent.querySelectorAll('a')].find(link => link.getAttribute('href') === focused)?.focus({ preventScroll: true });
}

const svg = 'http://www.w3.org/2000/svg';

/** A line icon of 20 x 20 from path data; decorative, the text beside it or the label says what it means. */
export function icon(path: string): SVGSVGElement {
  const image = document.createElementNS(svg, 'svg');
  image.setAttribute('viewBox', '0 0 20 20');
  image.setAttribute('class', 'icon');
  image.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(svg, 'path');
  line.setAttribute('d', path);
  image.append(line);
  return image;
}

/** Says something to screen readers. */
export function announce(text: string) {
  document.getElementById('announcer')!.textContent = text;
}

export function download(blob: Blob, name: string) {
  const url = URL.createObjectURL(blob);
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Leaves the part of a name before its last dot. */
export const stem = (name: string) => name.replace(/\.[^.]*$/, '') || name;

export const percent = (share: number) => (share > 0 && share < 0.001 ? '< 0.1 %' : `${(100 * share).toFixed(1)} %`);

export function duration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.max(0, Math.round(milliseconds))} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function bytes(count: number): string {
  if (count < 1_000_000) return `${Math.max(Math.sign(count), Math.round(count / 1000))} kB`;
  return count < 1_000_000_000 ? `${(count / 1_000_000).toFixed(1)} MB` : `${(count / 1_000_000_000).toFixed(2)} GB`;
}

export const dateTime = (time: string) => new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
