import { ask } from '../dialog';
import { h } from '../dom';

/** Asks before what is not saved is left: by closing or reloading the page, and by links on it. Returns what ends it. */
export function guardLeaving(dirty: () => boolean, kept: () => boolean, keep: () => void): () => void {
  const unload = (event: BeforeUnloadEvent) => {
    if (!dirty()) return;
    keep();
    event.preventDefault();
  };
  const follow = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href^="#"]') : null;
    if (!link || link.classList.contains('skip') || !dirty() || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void ask('Leave without saving?', [h('p', {}, kept()
      ? 'Your changes are kept on this device, and shown again when you come back to correct this photo. Nobody else sees them, and they are not used for training.'
      : 'Your changes will be lost: this browser has no room to keep them, or may not.')], 'Leave', 'Stay')
      .then(yes => { if (yes) location.hash = link.hash; });
  };
  addEventListener('beforeunload', unload);
  document.addEventListener('click', follow, true);
  return () => {
    removeEventListener('beforeunload', unload);
    document.removeEventListener('click', follow, true);
  };
}
