import { json } from '../api';
import type { Dataset } from '../datasets/records';
import { h } from '../dom';
import { action, fieldOf } from '../ui';
import type { Training } from './records';

// The trainer's own; it knows no others, and says so.
const recipes = ['finetune', 'camvid-mnv2', 'camvid-mnv2-fine', 'camvid-r18', 'camvid-r101', 'camvid-scratch-long', 'roads-mnv2', 'roads-open', 'smoke'];

/** A form that starts a training run on a data set. */
export function startForm(set: Dataset): HTMLElement {
  const recipe = h('input', { id: 'recipe', value: 'finetune', required: true, autocomplete: 'off', spellcheck: false });
  recipe.setAttribute('list', 'recipes');
  const epochs = h('input', { id: 'epochs', type: 'number', min: '1', max: '100000', placeholder: 'as the recipe says' });
  const init = h('select', { id: 'init' }, h('option', { value: 'live' }, 'the live version'), h('option', { value: 'none' }, 'scratch'));
  const promote = h('input', { id: 'promote', type: 'checkbox', checked: true });
  const form = h('form', { className: 'start', onsubmit: (event: Event) => event.preventDefault() },
    h('div', { className: 'field' }, h('label', { for: 'recipe' }, 'Recipe'), recipe, h('datalist', { id: 'recipes' }, ...recipes.map(value => h('option', { value })))),
    fieldOf('Epochs', epochs),
    fieldOf('Start from', init),
    h('label', { className: 'row check' }, promote, 'Make it live if it passes its checks'));
  const run = action('Start training', async () => {
    if (!form.reportValidity()) return;
    const started = await json<Training>('/v1/trainings', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        dataset: set.name, version: set.version, recipe: recipe.value.trim(), init: init.value, promote: promote.checked,
        ...(epochs.value ? { settings: { 'training.epochs': epochs.value } } : {}),
      }),
    });
    location.hash = `#/trainings/${started.id}`;
  });
  // Enter in a field clicks it.
  run.querySelector('button')!.type = 'submit';
  form.append(run);
  return h('section', { className: 'training-start' }, h('h2', {}, 'Train on it'), h('p', { className: 'hint' }, 'On the images as they were checked. A trainer takes the run when it is free.'), form);
}
