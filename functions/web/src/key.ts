import { ask } from './dialog';
import { h } from './dom';

const slot = 'roadseg-key';
const sendable = /^[\x21-\x7e]+$/;

/** The key lives as long as the tab's session and goes nowhere but into the header of calls to this origin. */
export const key = {
  changed: () => {},
  get: () => sessionStorage.getItem(slot),
  set: (value: string) => {
    sessionStorage.setItem(slot, value);
    key.changed();
  },
  forget: () => sessionStorage.removeItem(slot),
};

const reasons = {
  none: ['This service needs a key', 'It is kept for this session of this tab, and sent to this service only.'],
  refused: ['This service needs a key', 'That key was not accepted. Check it and enter it again.'],
  operator: ['An operator’s key', 'The key in use may look, but not change models, data sets and training runs. Enter one that may; it takes the other’s place in this tab.'],
} as const;

/** Asks for a key; null when the person closes the dialog. */
export async function askForKey(reason: keyof typeof reasons): Promise<string | null> {
  const [title, text] = reasons[reason];
  let wrong: string | undefined = reason === 'refused' ? text : undefined;
  for (;;) {
    const input = h('input', { id: 'key', type: 'password', autocomplete: 'off', required: true, spellcheck: false, autofocus: true });
    if (!await ask(title, [h('p', { role: wrong && 'alert' }, wrong ?? text), h('label', { for: 'key' }, 'Key'), input], 'Use key', 'Not now')) return null;
    const given = input.value.trim();
    if (sendable.test(given)) return given;
    wrong = 'That is no key: keys have only plain letters, digits and signs, and no spaces. Copy the key again and paste nothing else.';
  }
}

/** Puts another key in the place of the one in use; false when the person gives none. */
export async function useAnotherKey(): Promise<boolean> {
  const given = await askForKey('operator');
  if (given !== null) key.set(given);
  return given !== null;
}
