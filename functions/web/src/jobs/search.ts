import { place } from '../address';
import { h } from '../dom';
import { fieldOf } from '../ui';
import { stateWord } from './stages';

const settledMilliseconds = 300;
const tagForm = /^[^:]+:/;
const dayForm = /^\d{4}-\d\d-\d\d$/;
// Where there is room for all fields.
const roomy = '(min-width: 900px)';

type Fields = Record<'state' | 'name' | 'tag' | 'from' | 'to', string | undefined>;

/** The fields that search the jobs: they begin as the address says. `changed` hears of every search that can be made. */
export function search(changed: () => void) {
  const asked = (name: keyof Fields) => place().set.get(name) ?? '';
  const day = (name: 'from' | 'to') => h('input', { id: name, type: 'date', value: dayForm.test(asked(name)) ? asked(name) : '', onchange: now });
  const name = h('input', { id: 'name', type: 'search', autocomplete: 'off', spellcheck: false, maxLength: 255, value: asked('name'), oninput: soon });
  const state = h('select', { id: 'state', onchange: now },
    h('option', { value: '' }, 'all'), ...Object.entries(stateWord).map(([value, word]) => h('option', { value }, word)));
  if (asked('state') in stateWord) state.value = asked('state');
  const tag = h('input', { id: 'tag', autocomplete: 'off', spellcheck: false, placeholder: 'camera:front', value: asked('tag'), oninput: soon, 'aria-describedby': 'search-problem' });
  const [from, to] = [day('from'), day('to')];
  const problem = h('p', { id: 'search-problem', className: 'error', role: 'alert', hidden: true });
  const clear = h('button', { type: 'button', className: 'text-button', onclick: () => {
    for (const field of [name, state, tag, from, to]) field.value = '';
    now();
    name.focus();
  } }, 'Clear the search');
  let settling = 0;
  let fields = read();

  const more = h('div', { className: 'search-more' }, fieldOf('Tag', tag), fieldOf('From', from), fieldOf('To', to));
  const form = h('form', { className: 'search', role: 'search', onsubmit: (event: Event) => { event.preventDefault(); now(); } },
    fieldOf('Name contains', name), fieldOf('Show', state),
    matchMedia(roomy).matches ? more : h('details', { open: [fields.tag, fields.from, fields.to].some(Boolean) }, h('summary', {}, 'Tag and dates'), more),
    problem, clear);
  check(fields);
  tell();

  function read(): Fields {
    return { state: state.value || undefined, name: name.value.trim() || undefined, tag: tag.value.trim() || undefined, from: from.value || undefined, to: to.value || undefined };
  }

  function wrong({ tag: wanted, from: first, to: last }: Fields): string {
    if (wanted && !tagForm.test(wanted)) return 'Write a tag as its name, a colon and its value, such as camera:front.';
    return first && last && first > last ? 'The first day lies after the last one.' : '';
  }

  function check(wanted: Fields): boolean {
    problem.textContent = wrong(wanted);
    problem.hidden = problem.textContent === '';
    tag.setAttribute('aria-invalid', String(wanted.tag !== undefined && !tagForm.test(wanted.tag)));
    return problem.hidden;
  }

  function soon() {
    clearTimeout(settling);
    settling = window.setTimeout(now, settledMilliseconds);
  }

  function now() {
    clearTimeout(settling);
    if (!form.isConnected) return;
    const before = JSON.stringify(fields);
    const next = read();
    if (!check(next)) return;
    fields = next;
    tell();
    if (JSON.stringify(fields) !== before) changed();
  }

  function tell() {
    clear.hidden = !Object.values(fields).some(Boolean);
  }

  return {
    form,
    /** What the address keeps of it. */
    settings: () => fields,
    /** True where jobs are left out. */
    narrow: () => Object.values(fields).some(Boolean),
    state: () => fields.state,
    /** As the service is asked; without a tag of another form, which an address may hold. */
    asked(): Record<string, string> {
      const { from: first, to: last, tag: wanted, ...plain } = fields;
      const found = { ...plain, tag: wanted && tagForm.test(wanted) ? wanted : undefined, since: first && midnight(first, 0), until: last && midnight(last, 1) };
      return Object.fromEntries(Object.entries(found).filter((entry): entry is [string, string] => Boolean(entry[1])));
    },
  };
}

// Days are those of the visitor's clock.
function midnight(day: string, later: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  return new Date(year, month - 1, date + later).toISOString();
}
