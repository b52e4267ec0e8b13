import type { Summary } from '../api';
import { fill, h, percent } from '../dom';
import { swatch } from '../ui';
import { unknown, type Mask } from './mask';

const digitsMilliseconds = 900;

/** A class that can be painted: its number is the key. */
export interface Choice { id: number; name: string; color: string; key: number }

/** The list of classes, of which one is painted with. Numbers choose it, those of two digits typed one after the other; 0 is unknown. */
export class ClassList {
  readonly element: HTMLElement;
  readonly choices: Choice[];
  private readonly inputs = new Map<number, HTMLInputElement>();
  private readonly shares = new Map<number, HTMLElement>();
  private current: Choice;
  private typed = '';
  private typedAt = 0;

  constructor(summary: Summary, private readonly mask: Mask, private readonly chosen: (choice: Choice) => void) {
    this.choices = [...summary.classes.map((one, at) => ({ id: one.id, name: one.name, color: one.color, key: at + 1 })), { id: unknown, name: 'unknown', color: '#000000', key: 0 }];
    this.current = this.choices[0]!;
    const list = h('div', { className: 'paints', role: 'radiogroup', 'aria-label': 'Class to paint' });
    fill(list, ...this.choices.map(choice => {
      const input = h('input', { type: 'radio', name: 'paint', onchange: () => this.choose(choice.id) });
      const share = h('span', { className: 'class-share', 'aria-hidden': 'true' });
      this.inputs.set(choice.id, input);
      this.shares.set(choice.id, share);
      return h('label', choice.id === unknown ? { title: 'Not to be learnt from: nobody can say what it is' } : {}, input, swatch(choice.color), h('span', { className: 'class-name' }, choice.name), share, h('kbd', { 'aria-hidden': 'true' }, choice.key));
    }));
    this.element = h('section', { className: 'classes' }, h('h2', {}, 'Class'), list);
  }

  get choice() { return this.current; }

  named(id: number) { return this.choices.find(one => one.id === id)?.name ?? 'unknown'; }

  choose(id: number) {
    const choice = this.choices.find(one => one.id === id);
    if (!choice) return;
    this.current = choice;
    this.inputs.get(id)!.checked = true;
    this.chosen(choice);
  }

  /** Chooses the class before or after. */
  step(by: number) {
    const { length } = this.choices;
    this.choose(this.choices[(this.choices.indexOf(this.current) + by + length) % length]!.id);
  }

  type(digit: string) {
    const now = performance.now();
    const both = now - this.typedAt < digitsMilliseconds ? this.typed + digit : digit;
    this.typedAt = now;
    this.typed = this.choices.some(one => one.key === Number(both)) ? both : digit;
    const choice = this.choices.find(one => one.key === Number(this.typed));
    if (choice) this.choose(choice.id);
  }

  /** Tells the shares anew. */
  update() {
    const pixels = this.mask.ids.length;
    for (const [id, share] of this.shares) share.textContent = this.mask.counts[id] ? percent(this.mask.counts[id]! / pixels) : '';
  }
}
