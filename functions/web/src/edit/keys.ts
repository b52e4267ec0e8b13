import { h } from '../dom';
import { toolOf, type Tool } from './tools';

/** What keys do. */
export interface Acts {
  tool(tool: Tool): void;
  digit(digit: string): void;
  /** The class before or after. */
  step(by: number): void;
  size(by: number): void;
  opacity(by: number): void;
  changes(): void;
  move(x: number, y: number, fine: boolean): void;
  /** The tool is put down where the cursor is, and lifted again. */
  press(): void;
  release(): void;
  zoom(by: number): void;
  fit(): void;
  read(): void;
  undo(): void;
  redo(): void;
  save(): void;
}

const arrows: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Keys of the canvas; undo, redo and save work wherever the focus is on the page, but not while text is written. */
export function keysOf(canvas: HTMLCanvasElement, acts: Acts) {
  const keys: Record<string, () => void> = {
    '[': () => acts.size(-1), ']': () => acts.size(1),
    ',': () => acts.step(-1), '.': () => acts.step(1),
    '+': () => acts.zoom(1.5), '=': () => acts.zoom(1.5), '-': () => acts.zoom(1 / 1.5),
    o: () => acts.opacity(10), O: () => acts.opacity(-10),
    c: () => acts.changes(), r: () => acts.read(), Home: () => acts.fit(),
    Enter: () => { acts.press(); acts.release(); },
  };
  canvas.addEventListener('keydown', event => {
    // On some layouts brackets are typed with AltGr, which comes as both.
    if ((event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState('AltGraph')) return;
    const arrow = arrows[event.key];
    // With Caps Lock letters come large; with Shift they mean something else.
    const tool = toolOf(event.shiftKey ? event.key : event.key.toLowerCase());
    if (arrow) acts.move(...arrow, event.shiftKey);
    else if (event.key === ' ') { if (!event.repeat) acts.press(); }
    else if (/^\d$/.test(event.key)) acts.digit(event.key);
    else if (tool) acts.tool(tool);
    else if (keys[event.key]) keys[event.key]!();
    else return;
    event.preventDefault();
  });
  canvas.addEventListener('keyup', event => { if (event.key === ' ') acts.release(); });
  const everywhere = (event: KeyboardEvent) => {
    if (!canvas.isConnected) return removeEventListener('keydown', everywhere);
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const writing = event.target instanceof HTMLInputElement && event.target.type === 'text';
    if (key === 's') acts.save();
    else if (writing) return;
    else if (key === 'y' || (key === 'z' && event.shiftKey)) acts.redo();
    else if (key === 'z') acts.undo();
    else return;
    event.preventDefault();
  };
  addEventListener('keydown', everywhere);
}

const help: [keys: string[], does: string][] = [
  [['arrows'], 'move the brush, with Shift by one pixel'], [['Space'], 'paints as long as it is held, Enter once'],
  [['b', 'e', 'f', 'i', 'm'], 'brush, eraser, fill, pick, move'], [['0', '…', '9'], 'class, two digits one after the other'], [[',', '.'], 'class before and after'],
  [['[', ']'], 'brush size'], [['+', '-'], 'zoom'], [['Home'], 'whole photo'], [['o', 'Shift+o'], 'opacity'], [['c'], 'changes'], [['r'], 'reads the place'],
  [['Ctrl+Z'], 'undo'], [['Ctrl+Shift+Z'], 'redo'], [['Ctrl+S'], 'save'],
];

/** What the keys do, for people to read; screen readers hear it with the canvas. */
export const keysHelp = () => h('details', { className: 'keys' }, h('summary', {}, 'Keyboard and pointers'),
  h('p', { id: 'edit-keys' }, 'With the photo in focus: ', ...help.flatMap(([keys, does], at) => [...keys.flatMap(key => [h('kbd', {}, key), ' ']), `${does}${at < help.length - 1 ? ', ' : '.'}`])),
  h('p', {}, 'Two fingers, or the middle or right mouse button, move the photo; the wheel zooms. Shift and a click draws a line from where you painted last, Alt and a click takes the class there. The back of a pen erases.'));
