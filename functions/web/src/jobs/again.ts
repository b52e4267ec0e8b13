import { h } from '../dom';
import { sendAgain, type Submission } from './submission';

/** A button that sends a photo once more; of one that the page does not hold any more, the file is asked for. */
export function sendAgainButton(submission: Submission, look: string, before = () => {}): HTMLElement {
  const picker = h('input', { type: 'file', accept: 'image/*,.tif,.tiff,.avif', className: 'hidden-text', tabIndex: -1, 'aria-hidden': 'true', onchange: () => {
    const file = picker.files?.[0];
    if (!file) return;
    before();
    sendAgain(submission, file);
  } });
  return h('span', {}, picker, h('button', { type: 'button', className: look, onclick: () => {
    if (!submission.file) return picker.click();
    before();
    sendAgain(submission);
  } }, submission.file ? 'Send again' : 'Choose the photo again'));
}
