import { ask } from './dialog';
import { h } from './dom';

const slot = 'roadseg-key';

/** The key lives as long as the tab's session and goes nowhere but into the header of calls to this origin. */
export const key = {
  get: () => sessionStorage.getItem(slot),
  set: (value: string) => sessionStorage.setItem(slot, value),
  forget: () => sessionStorage.removeItem(slot),
};

const reasons = {
  none: ['This service needs a key', 'It is kept for this session of this tab, and sent to this service only.'],
  refused: ['This service needs a key', 'That key was not accepted. Check it and enter it again.'],
  operator: ['An operator’s key', 'The key in use may look, but not change models and training runs. Enter one that may; it takes the other’s place in this tab.'],
} as const;

/** Asks for a key; null when the person closes the dialog. */
export async function askForKey(reason: keyof typeof reasons): Promise<string | null> {
  const [title, text] = reasons[reason];
  const input = h('input', { id: 'key', type: 'password', autocomplete: 'off', required: true, spellcheck: false, autofocus: true });
  const given = await ask(title, [h('p', { role: reason === 'refused' ? 'alert' : undefined }, text), h('label', { for: 'key' }, 'Key'), input], 'Use key', 'Not now');
  return given ? input.value.trim() || null : null;
}

/** Puts another key in the place of the one in use; false when the person gives none. */
export async function useAnotherKey(): Promise<boolean> {
  const given = await askForKey('operator');
  if (given !== null) key.set(given);
  return given !== null;
}
