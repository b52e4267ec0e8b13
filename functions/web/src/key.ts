import { h } from './dom';

/** Asks for a key; null when the person closes the dialog. */
export function askForKey(refused: boolean): Promise<string | null> {
  return new Promise(resolve => {
    const input = h('input', { id: 'key', type: 'password', autocomplete: 'off', required: true, spellcheck: false });
    const dialog = h('dialog', { className: 'key-dialog', 'aria-labelledby': 'key-title' },
      h('form', { onsubmit: (event: Event) => { event.preventDefault(); close(input.value.trim() || null); } },
        h('h2', { id: 'key-title' }, 'This service needs a key'),
        h('p', { role: refused ? 'alert' : undefined }, refused ? 'That key was not accepted. Check it and enter it again.' : 'It is kept for this session of this tab, and sent to this service only.'),
        h('label', { for: 'key' }, 'Key'),
        input,
        h('div', { className: 'row end' },
          h('button', { type: 'button', className: 'button quiet', onclick: () => close(null) }, 'Not now'),
          h('button', { type: 'submit', className: 'button' }, 'Use key'))));
    function close(value: string | null) {
      dialog.close();
      dialog.remove();
      resolve(value);
    }

    dialog.addEventListener('cancel', event => { event.preventDefault(); close(null); });
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
  });
}
