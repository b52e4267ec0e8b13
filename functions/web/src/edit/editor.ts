import { Failure, json, type Job, type Summary } from '../api';
import { announce, dateTime, fill, h } from '../dom';
import { frameOf, zoomGroup } from '../explore/controls';
import { words } from '../ui';
import type { EditCanvas } from './canvas';
import { ClassList } from './classes';
import { conflictOf } from './conflict';
import { forgetDraft, keepDraft } from './draft';
import { guardLeaving } from './guard';
import { keysOf, keysHelp } from './keys';
import type { Mask } from './mask';
import { encodeMask } from './png';
import { pointers } from './pointers';
import { reviewedPlane } from './reviewed';
import { iconButton, toolBar, type Tool } from './tools';

const draftMilliseconds = 1000;
const nameSlot = 'roadseg-reviewer';
const pixels = (count: number) => `${count.toLocaleString('en')} ${count === 1 ? 'pixel' : 'pixels'}`;

/** Corrects one mask, until it is left. */
export class Editor {
  private tool: Tool = 'brush';
  private before: Tool = 'brush';
  private size: number;
  // In pixels of the photo, where the keyboard paints and the ring is.
  private cursor: [number, number];
  private last: [number, number] | null = null;
  private stroking: Tool | null = null;
  private saved = 0;
  private saving = false;
  // Whether the browser keeps what is not saved.
  private kept = true;
  private drafting = 0;
  private frame = 0;
  private wording = 0;
  private readonly ring = h('div', { className: 'ring', hidden: true, 'aria-hidden': 'true' });
  private readonly facts = h('p', { className: 'muted facts', role: 'status' });
  private readonly where = h('span', { className: 'where', 'aria-hidden': 'true' });
  private readonly notice = h('div', { className: 'notices' });
  private readonly classes: ClassList;
  private readonly bar = toolBar(tool => this.use(tool));
  private readonly undoButton = iconButton('Undo', 'Ctrl+Z', 'M7.5 4 3.5 8l4 4M4 8h8a4.5 4.5 0 0 1 0 9H9', () => this.undo());
  private readonly redoButton = iconButton('Redo', 'Ctrl+Shift+Z', 'M12.5 4l4 4-4 4M16 8H8a4.5 4.5 0 0 0 0 9h3', () => this.redo());
  private readonly saveButton = h('button', { type: 'button', className: 'button', title: 'Ctrl+S', onclick: () => void this.save() }, 'Save');
  private readonly resetButton = h('button', { type: 'button', className: 'text-button', onclick: () => this.reset() }, 'Back to the model’s mask');
  private readonly sizeInput: HTMLInputElement;
  private readonly sizeText = h('output', { className: 'size-text', for: 'brush-size' });
  private readonly opacityInput = h('input', { id: 'edit-opacity', type: 'range', min: '0', max: '100', value: '60', oninput: () => this.setOpacity(Number(this.opacityInput.value)) });
  private readonly changes = h('input', { type: 'checkbox', onchange: () => this.showChanges(this.changes.checked) });
  private readonly by = h('input', { id: 'reviewer', autocomplete: 'name', maxLength: 64, value: localStorage.getItem(nameSlot) ?? '', onchange: () => { if (this.by.value.trim()) localStorage.setItem(nameSlot, this.by.value.trim()); else localStorage.removeItem(nameSlot); } });
  private readonly unguard: () => void;

  constructor(main: HTMLElement, private job: Job, summary: Summary, private readonly view: EditCanvas, private readonly mask: Mask, private known: string | null, private readonly back: string, withPhoto: boolean) {
    const name = job.fileName ?? 'the photo';
    document.title = `Correct ${name} · RoadSeg`;
    this.cursor = [mask.width / 2, mask.height / 2];
    this.size = Math.max(3, Math.round(Math.max(mask.width, mask.height) / 50));
    this.sizeInput = h('input', { id: 'brush-size', type: 'range', min: '0', max: '100', oninput: () => this.setSize(Math.round(this.largest ** (Number(this.sizeInput.value) / 100))) });
    this.classes = new ClassList(summary, mask, choice => {
      this.ring.style.setProperty('--class', choice.color);
      if (this.tool !== 'fill') this.use('brush');
      announce(`Paint ${choice.name}`);
    });
    const palette = new Uint8Array(4 * 256);
    for (const { id, color } of this.classes.choices) {
      const rgb = Number.parseInt(color.slice(1), 16);
      palette.set([rgb >> 16, (rgb >> 8) & 255, rgb & 255, 255], 4 * id);
    }
    view.palette = palette;
    view.canvas.setAttribute('aria-label', `Mask of ${name}, to be corrected`);
    view.canvas.setAttribute('aria-describedby', 'edit-keys');
    fill(main,
      h('div', { className: 'page-head edit-head' },
        h('div', {}, h('p', { className: 'hint' }, h('a', { href: this.back }, 'Back to the result')), h('h1', {}, `Correct ${name}`), this.facts),
        h('div', { className: 'row' }, this.undoButton, this.redoButton, this.saveButton)),
      this.notice,
      h('div', { className: 'result edit' },
        h('div', { className: 'stage' },
          h('div', { className: 'toolbar above' }, this.bar.element,
            h('div', { className: 'opacity' }, h('label', { for: 'brush-size' }, 'Size'), this.sizeInput, this.sizeText)),
          frameOf(summary, view.canvas, this.ring),
          h('div', { className: 'toolbar' },
            h('label', { className: 'row check' }, this.changes, 'Show changes'),
            h('div', { className: 'opacity' }, h('label', { for: 'edit-opacity' }, 'Opacity'), this.opacityInput),
            this.where, zoomGroup(view)),
          !withPhoto && h('p', { className: 'hint' }, 'The photo itself is no longer kept; only its mask can be seen.')),
        h('aside', { className: 'side', 'aria-label': 'What to paint, and who you are' },
          this.classes.element,
          h('section', {},
            h('div', { className: 'field' }, h('label', { for: 'reviewer' }, 'Your name, shown with the corrected mask'), this.by),
            h('p', { className: 'hint' }, 'Saved beside the result, it takes the place of the model’s mask when photos are downloaded to train on. The model’s own mask stays as it is.'),
            this.resetButton),
          keysHelp())));
    pointers(view, {
      moves: () => this.tool === 'move',
      acts: event => ['fill', 'pick'].includes(this.toolOf(event)),
      begin: (x, y, event) => this.begin(x, y, event),
      stroke: (x, y) => this.strokeTo(view.at(x, y)),
      end: () => this.end(),
      cancel: () => this.cancel(),
      hover: (x, y, event) => this.hover(x, y, event),
      leave: () => { if (document.activeElement !== view.canvas) this.ring.hidden = true; },
    });
    keysOf(view.canvas, {
      tool: tool => this.use(tool),
      digit: digit => this.classes.type(digit),
      step: by => this.classes.step(by),
      size: by => this.setSize(by > 0 ? Math.ceil(this.size * 1.25 + 0.5) : Math.floor(this.size / 1.25)),
      opacity: by => this.setOpacity(Number(this.opacityInput.value) + by),
      changes: () => this.showChanges(!this.changes.checked),
      move: (x, y, fine) => this.moveCursor(x, y, fine),
      press: () => this.press(),
      release: () => this.end(),
      zoom: by => view.zoomBy(by, ...view.onCanvas(...this.cursor)),
      fit: () => view.fit(),
      read: () => announce(this.said()),
      undo: () => this.undo(),
      redo: () => this.redo(),
      save: () => void this.save(),
    });
    view.canvas.addEventListener('focus', () => this.placeRing());
    view.canvas.addEventListener('blur', () => { this.end(); this.ring.hidden = true; });
    view.views.add(() => this.placeRing(this.ring.hidden));
    view.onlost = () => this.tell('error', 'The browser took back the memory that draws this photo. '
      + (this.kept ? 'Your changes are kept on this device: reload the page to go on.' : 'Save your changes, then reload the page.'));
    this.unguard = guardLeaving(() => this.dirty, () => this.kept, () => this.keepNow());
    this.classes.choose(summary.classes.toSorted((a, b) => b.pixels - a.pixels)[0]!.id);
    this.use('brush');
    this.setSize(this.size);
    this.setOpacity(60);
    this.changed();
  }

  private get largest() { return Math.max(8, Math.round(Math.max(this.mask.width, this.mask.height) / 4)); }
  private get dirty() { return this.mask.state !== this.saved; }

  /** Takes up what was not saved: as a step, so that undoing it shows what was. */
  take(ids: Uint8Array, base: string | null, at: number) {
    this.mask.replace(ids);
    if (this.mask.commit('what was not saved') === 0) return void forgetDraft(this.job.id);
    // Saving over what somebody else saved meanwhile is asked about.
    const stands = this.known;
    this.known = base;
    this.changed(false);
    const discard = h('button', { type: 'button', className: 'text-button', onclick: () => { this.undo(); this.known = stands; this.notice.replaceChildren(); this.view.canvas.focus({ preventScroll: true }); } }, 'Discard them');
    this.tell('note', `Your changes of ${dateTime(new Date(at).toISOString())} were not saved; they are shown again.`, discard);
  }

  leave() {
    clearTimeout(this.wording);
    cancelAnimationFrame(this.frame);
    this.keepNow();
    this.unguard();
    this.view.dispose();
  }

  private use(tool: Tool) {
    this.end();
    if (tool !== 'pick') this.before = tool;
    this.tool = tool;
    this.bar.show(tool);
    this.view.canvas.dataset.tool = tool;
    this.placeRing(this.ring.hidden);
  }

  private toolOf(event: PointerEvent): Tool {
    const eraserButton = 32;
    return event.altKey ? 'pick' : event.buttons & eraserButton ? 'eraser' : this.tool;
  }

  private begin(x: number, y: number, event: PointerEvent): boolean {
    const at = this.view.at(x, y);
    const tool = this.toolOf(event);
    const from = event.shiftKey && this.last && tool !== 'pick' ? this.last : null;
    this.cursor = at;
    return this.apply(tool, at, from);
  }

  // Begins a stroke at a place of the photo, or does what is done at once.
  private apply(tool: Tool, [x, y]: [number, number], from: [number, number] | null = null): boolean {
    const [px, py] = [Math.floor(x), Math.floor(y)];
    if (tool === 'fill' || tool === 'pick') {
      if (!this.mask.inside(px, py)) return false;
      if (tool === 'pick') {
        this.use(this.before);
        this.classes.choose(this.mask.at(px, py));
      } else {
        this.mask.flood(px, py, this.classes.choice.id);
        this.commit('fill');
      }
      return false;
    }
    if (tool === 'move') return false;
    this.stroking = tool;
    if (from) this.mask.line(...from, x, y, this.size, this.paint);
    else this.mask.disc(x, y, this.size, this.paint);
    this.last = [x, y];
    this.show();
    return true;
  }

  private get paint() { return this.stroking === 'eraser' ? null : this.classes.choice.id; }

  private strokeTo(at: [number, number]) {
    if (!this.stroking || !this.last) return;
    this.mask.line(...this.last, ...at, this.size, this.paint);
    this.last = at;
    this.cursor = at;
    this.show();
  }

  private end() {
    if (!this.stroking) return;
    const tool = this.stroking;
    this.stroking = null;
    this.commit(tool);
  }

  private cancel() {
    this.stroking = null;
    this.mask.cancel();
    this.show();
  }

  private commit(name: string) {
    const count = this.mask.commit(name);
    this.show();
    const what = name === 'eraser' ? 'given the model’s class back' : `now ${this.classes.choice.name}`;
    announce(count === 0 ? 'Nothing changed' : `${pixels(count)} ${what}`);
    if (count > 0) this.changed();
  }

  private undo() {
    this.end();
    const name = this.mask.undo();
    announce(name ? `Undone: ${name}` : 'Nothing to undo');
    if (name) this.changed();
  }

  private redo() {
    this.end();
    const name = this.mask.redo();
    announce(name ? `Done again: ${name}` : 'Nothing to do again');
    if (name) this.changed();
  }

  private reset() {
    this.end();
    this.mask.replace(this.mask.own);
    const count = this.mask.commit('back to the model’s mask');
    announce(count > 0 ? 'The model’s own mask is shown. Undo brings your changes back.' : 'Nothing changed');
    this.changed();
    this.view.canvas.focus({ preventScroll: true });
  }

  // The mask is another one: everything that is said of it.
  private changed(draft = true) {
    this.show();
    const count = this.mask.changed;
    const { review } = this.job;
    fill(this.facts, count === 0 ? 'As the model saw it' : `${pixels(count)} changed`, this.dirty ? ', not saved' : review ? `, saved by ${review.by} on ${dateTime(review.at)}` : '');
    this.undoButton.disabled = !this.mask.canUndo;
    this.redoButton.disabled = !this.mask.canRedo;
    this.saveButton.disabled = this.saving || (!this.dirty && (review !== undefined || count === 0));
    this.classes.update();
    if (!draft) return;
    clearTimeout(this.drafting);
    this.drafting = window.setTimeout(() => this.keepNow(), draftMilliseconds);
  }

  private keepNow() {
    clearTimeout(this.drafting);
    // What was undone, or saved, is no draft.
    if (!this.dirty) return void forgetDraft(this.job.id);
    void keepDraft(this.job.id, { base: this.known, ids: this.mask.ids.slice(), at: Date.now() }).then(kept => {
      if (!kept && this.kept) this.tell('error', 'This browser has no room to keep what is not saved, or may not: save before you leave.');
      this.kept = kept;
    });
  }

  private show() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      const area = this.mask.painted();
      if (area) this.view.update(area);
    });
    this.placeRing(this.ring.hidden);
  }

  private hover(x: number, y: number, event: PointerEvent) {
    this.cursor = this.view.at(x, y);
    this.placeRing(event.pointerType === 'touch' && !this.stroking);
  }

  private moveCursor(x: number, y: number, fine: boolean) {
    const { view, mask } = this;
    if (this.tool === 'move') return view.panBy(60 * x, 60 * y);
    const step = fine ? 1 : Math.max(1, Math.round(this.tool === 'brush' || this.tool === 'eraser' ? this.size / 2 : 12 / view.pixel));
    const to: [number, number] = [Math.min(mask.width - 0.5, Math.max(0.5, Math.floor(this.cursor[0] + x * step) + 0.5)), Math.min(mask.height - 0.5, Math.max(0.5, Math.floor(this.cursor[1] + y * step) + 0.5))];
    if (this.stroking) this.strokeTo(to);
    this.cursor = to;
    // The view follows.
    const [cx, cy] = view.onCanvas(...to);
    const edge = 32;
    const beyond = (at: number, size: number) => Math.min(0, at - edge) || Math.max(0, at - (size - edge));
    view.panBy(beyond(cx, view.canvas.clientWidth), beyond(cy, view.canvas.clientHeight));
    this.placeRing();
    clearTimeout(this.wording);
    this.wording = window.setTimeout(() => announce(this.said()), 350);
  }

  private press() {
    if (this.stroking) return;
    this.apply(this.tool, this.cursor);
    this.placeRing();
  }

  private said(): string {
    const [x, y] = this.cursor.map(Math.floor) as [number, number];
    return this.mask.inside(x, y) ? `${this.classes.named(this.mask.at(x, y))}, ${x} across, ${y} down` : '';
  }

  private placeRing(hidden = false) {
    const [x, y] = this.view.onCanvas(...this.cursor);
    const round = this.tool === 'brush' || this.tool === 'eraser';
    const width = round ? Math.max(4, this.size * this.view.pixel) : 18;
    const { ring } = this;
    ring.className = `ring ${this.tool}`;
    ring.hidden = hidden || this.tool === 'move';
    ring.style.width = ring.style.height = `${width}px`;
    ring.style.transform = `translate(${x - width / 2}px, ${y - width / 2}px)`;
    const [px, py] = this.cursor.map(Math.floor) as [number, number];
    this.where.textContent = !hidden && this.mask.inside(px, py) ? this.classes.named(this.mask.at(px, py)) : '';
  }

  private setSize(size: number) {
    this.size = Math.min(this.largest, Math.max(1, size));
    this.sizeInput.value = String(Math.round((100 * Math.log(this.size)) / Math.log(this.largest)));
    this.sizeInput.setAttribute('aria-valuetext', pixels(this.size));
    this.sizeText.textContent = `${this.size} px`;
    if (document.activeElement === this.view.canvas) announce(`Brush of ${pixels(this.size)}`);
    this.placeRing(this.ring.hidden);
  }

  private setOpacity(value: number) {
    const kept = Math.min(100, Math.max(0, value));
    this.opacityInput.value = String(kept);
    this.view.opacity = kept / 100;
    this.view.draw();
  }

  private showChanges(on: boolean) {
    this.changes.checked = on;
    this.view.mode = on ? 'disagreement' : 'blend';
    this.view.draw();
    announce(on ? 'What you changed is shown' : 'The classes are shown');
  }

  private tell(look: 'note' | 'error', text: string, ...ways: Node[]) {
    fill(this.notice, h('div', { className: `note ${look}`, role: look === 'error' ? 'alert' : 'status' }, h('p', {}, text), ways.length > 0 && h('div', { className: 'row' }, ...ways)));
  }

  private async save(over = this.known): Promise<void> {
    this.end();
    if (this.saving) return;
    this.saving = true;
    this.saveButton.disabled = true;
    this.saveButton.textContent = 'Saving …';
    const { state } = this.mask;
    try {
      const body = await encodeMask(this.mask.ids, this.mask.width, this.mask.height);
      const by = this.by.value.trim();
      this.job = await json<Job>(`/v1/jobs/${encodeURIComponent(this.job.id)}/review${by ? `?by=${encodeURIComponent(by)}` : ''}`, {
        method: 'PUT', headers: { 'Content-Type': 'image/png', ...(over === null ? {} : { 'If-Match': `"${over}"` }) }, body,
      });
      this.known = this.job.review!.version;
      this.saved = state;
      this.notice.replaceChildren();
      this.tell('note', `Saved: ${pixels(this.job.review!.changed)} changed.`, h('a', { href: this.back }, 'Look at the result'));
    } catch (error) {
      if (error instanceof Failure && error.code === 'review-changed') await this.clash();
      else this.tell('error', `It could not be saved. ${words(error)}`, h('button', { type: 'button', className: 'button', onclick: () => void this.save() }, 'Try again'));
    } finally {
      this.saving = false;
      this.saveButton.textContent = 'Save';
      this.changed();
    }
  }

  // Somebody else saved, or took back, meanwhile: nothing is replaced unseen.
  private async clash() {
    const now = await json<Job>(`/v1/jobs/${encodeURIComponent(this.job.id)}`).catch(() => this.job);
    conflictOf(this.notice, now.review, {
      // The mask's own answer is never old, as that of the job may be for some seconds.
      mine: async () => { this.known = (await reviewedPlane(this.job.id))?.version ?? null; await this.save(this.known); },
      theirs: async () => {
        const found = await reviewedPlane(this.job.id);
        this.mask.replace(found?.plane.samples ?? this.mask.own);
        this.mask.commit('what was saved by somebody else');
        this.known = found?.version ?? null;
        this.saved = this.mask.state;
        this.job = now;
        this.tell('note', 'What was saved is shown. Undo brings yours back.');
        this.changed();
      },
    });
  }
}

