import { h } from './dom';

let dialogs = 0;

/** Asks something in a dialog; false when the person closes it. What is asked for is read from the nodes in it. */
export function ask(title: string, content: Node[], yes: string, no = 'Cancel', look = 'button'): Promise<boolean> {
  return new Promise(resolve => {
    const id = `dialog-${dialogs++}`;
    const dialog = h('dialog', { 'aria-labelledby': id },
      h('form', { onsubmit: (event: Event) => { event.preventDefault(); close(true); } },
        h('h2', { id }, title),
        ...content,
        h('div', { className: 'row end' },
          h('button', { type: 'button', className: 'button quiet', onclick: () => close(false) }, no),
          h('button', { type: 'submit', className: look }, yes))));
    function close(answer: boolean) {
      dialog.close();
      dialog.remove();
      resolve(answer);
    }

    dialog.addEventListener('cancel', event => { event.preventDefault(); close(false); });
    document.body.append(dialog);
    dialog.showModal();
  });
}
