import { place } from '../address';
import { announce, bytes, fill, h } from '../dom';
import { drops } from '../drops';
import { receivedOf } from '../datasets/arrival';
import { ask } from '../dialog';
import { action, fieldOf, words } from '../ui';
import { descriptionOf, examine, isName, nameOf, nameRule, type Choice } from './choice';
import layouts from './layouts.json';
import { dropped, pickedOf, type Picked } from './picked';
import { progressOf, type Said } from './progress';
import { Sending } from './sending';

// These say nothing without a description of their own.
const described = new Set(['pairs', 'lists']);
const shownEmpty = 5;
const shownFailed = 8;

let sending: Sending | undefined;

/** Whether a data set is on its way, also while another view is looked at. */
export const underWay = () => sending !== undefined;

/** Uploading a data set: what is chosen is looked at, named and sent, and its check followed. */
export function uploadPage(main: HTMLElement): () => void {
  const stop = new AbortController();
  const body = h('div', { className: 'upload' });
  fill(main,
    h('div', { className: 'page-head' },
      h('p', { className: 'hint' }, h('a', { href: '#/datasets' }, 'Data sets')),
      h('h1', {}, 'Upload a data set'),
      h('p', { className: 'muted facts' }, 'Images with their label masks, as a folder or as zips. The files go straight into this service’s storage; then they are checked, and you see what was found.')),
    body);
  document.title = 'Upload a data set · RoadSeg';
  if (sending) follow(sending);
  else choose();

  function choose() {
    const picker = (folder: boolean) => {
      const input = h('input', { type: 'file', multiple: true, className: 'hidden-text', tabIndex: -1, 'aria-hidden': 'true', onchange: () => {
        void take(Promise.resolve(pickedOf(input)));
        input.value = '';
      }, ...(folder ? { webkitdirectory: true } : { accept: '.zip,.json,.jsonl,.csv,.txt' }) });
      return input;
    };
    const [folder, zips] = [picker(true), picker(false)];
    const chosen = h('div', {});
    fill(body,
      h('div', { className: 'drop' },
        h('div', { className: 'row' },
          'webkitdirectory' in folder && h('button', { type: 'button', className: 'button', onclick: () => folder.click() }, 'Choose a folder'),
          h('button', { type: 'button', className: 'button quiet', onclick: () => zips.click() }, 'Choose zips')),
        h('p', { className: 'hint' }, h('span', { className: 'mouse-only' }, 'or drop a folder or zips anywhere on this page. '), 'A set that has a dataset.json describes itself; of any other you say the layout.'),
        folder, zips),
      chosen);
    drops.view = { take: data => void take(dropped(data)), words: 'Drop the data set' };

    let latest: Promise<Picked>;
    async function take(picked: Promise<Picked>) {
      latest = picked;
      fill(chosen, h('p', { className: 'hint', role: 'status' }, 'Looking at the files …'));
      try {
        const choice = await examine(await picked);
        if (!stop.signal.aborted && picked === latest) look(chosen, choice);
      } catch (error) {
        fill(chosen, h('p', { className: 'error', role: 'alert' }, words(error)));
      }
    }
  }

  function look(chosen: HTMLElement, choice: Choice) {
    const { files, empty, problem, spec } = choice;
    const size = files.reduce((sum, one) => sum + one.file.size, 0);
    const what = h('p', {}, h('strong', {}, choice.title || 'Files'), `  ·  ${files.length.toLocaleString('en')} ${files.length === 1 ? 'file' : 'files'}, ${bytes(size)}`);
    if (problem) return fill(chosen, files.length > 0 && what, h('p', { className: 'error', role: 'alert' }, problem));
    if (empty.length > 0) {
      return fill(chosen, what,
        h('p', { className: 'error', role: 'alert' },
          `${empty.length === 1 ? 'One file is' : `${empty.length.toLocaleString('en')} files are`} empty, of 0 bytes: ${empty.slice(0, shownEmpty).map(one => one.path).join(', ')}${empty.length > shownEmpty ? ' and others' : ''}. Often a copy was cut short. Choose the files again when they are whole, or leave the empty ones out.`),
        h('div', { className: 'row' }, h('button', { type: 'button', className: 'button quiet', onclick: () => {
          look(chosen, { ...choice, empty: [], files: files.filter(one => !empty.includes(one)) });
          chosen.querySelector('input')?.focus();
        } }, empty.length === 1 ? 'Leave it out' : 'Leave them out')));
    }

    const known = typeof spec?.name === 'string' ? spec.name : '';
    const name = h('input', { id: 'set-name', value: place().set.get('name') ?? (isName(known) ? known : nameOf(choice.title)), required: true, autocomplete: 'off', autocapitalize: 'none', spellcheck: false, maxLength: 63, 'aria-describedby': 'set-name-wrong' });
    const wrong = h('p', { id: 'set-name-wrong', className: 'error', role: 'alert', hidden: true });
    const layout = h('select', { id: 'layout', required: true, onchange: explain }, h('option', { value: '' }, 'choose one'),
      ...layouts.filter(one => !described.has(one.name)).map(one => h('option', { value: one.name }, `${one.name}: ${one.summary.split(':', 1)[0]!}`)));
    const form = h('p', { className: 'hint' });
    function explain() {
      form.textContent = layouts.find(one => one.name === layout.value)?.summary.replace(/^[^:]*: /, '') ?? 'How images and masks are arranged. Where none of these fits, put a dataset.json into the folder that says so.';
    }
    explain();
    const fields = h('form', { className: 'start', onsubmit: (event: Event) => event.preventDefault() },
      fieldOf('Name', name),
      spec ? h('p', { className: 'hint' }, 'Its own dataset.json describes it', typeof spec.layout === 'string' && `: layout ${spec.layout}`, '.') : fieldOf('Layout', layout));
    const go = action('Upload', begin);
    go.querySelector('button')!.type = 'submit';
    fields.append(wrong, ...(spec ? [] : [form]), go);
    fill(chosen, what, fields);
    announce(`${files.length} files chosen`);

    async function begin() {
      const called = name.value.trim();
      wrong.textContent = isName(called) ? '' : nameRule;
      wrong.hidden = isName(called);
      name.setAttribute('aria-invalid', String(!isName(called)));
      if (!isName(called)) return name.focus();
      if (!fields.reportValidity()) return;
      const made = new Sending(called, files, descriptionOf(choice, called, layout.value));
      await made.prepare();
      if (await receivedOf(called, stop.signal) && !await ask(`There is a data set ${called} already`, [
        h('p', {}, 'Files of the same path take the place of those that are there, the others stay, and the whole is checked anew. What was curated before stays usable.'),
      ], 'Upload into it')) return;
      if (stop.signal.aborted) return;
      follow(made);
      void made.run();
    }
  }

  function follow(made: Sending) {
    sending = made;
    drops.view = { take: () => announce('An upload is under way.'), words: 'An upload is under way' };
    fill(body, progressOf(made, saidOf(made), {
      done: () => {
        sending = undefined;
        announce(`All files of ${made.name} are there.`);
        if (place().parts[0] === 'upload') location.replace(`#/datasets/${made.name}`);
      },
      over: () => {
        sending = undefined;
        choose();
      },
    }));
  }

  return () => {
    stop.abort();
    drops.view = undefined;
  };
}

function saidOf(made: Sending): Said {
  const count = (number: number) => number.toLocaleString('en');
  return {
    title: `Uploading ${made.name}`,
    keep: 'Keep this page open until all files are there.',
    stopped: 'Stopped. What is there stays there; the check begins when all files are.',
    another: 'Choose other files',
    count: () => `${count(made.sentFiles)} of ${count(made.files)} files`,
    why: () => {
      const { failed } = made;
      if (failed.length === 0) return undefined;
      const missing = failed.length === 1 ? 'One file is' : `${count(failed.length)} files are`;
      return h('div', { role: 'alert' },
        h('p', { className: 'error' }, `${missing} not there, so the check has not begun. Go on to try again, or choose the files anew.`),
        h('ul', { className: 'bullets' }, ...failed.slice(0, shownFailed).map(one => h('li', {}, `${one.path}: ${one.message}.`)),
          failed.length > shownFailed && h('li', {}, 'and others')));
    },
  };
}
