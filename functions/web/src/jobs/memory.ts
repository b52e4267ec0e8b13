const slot = 'roadseg-photos';
const most = 24;
const looksLikeId = /^[0-9a-z]{26}$/;

/**
 * Ids of the photos that this browser sent, newest first: they outlive a reload and the tab. Of the photos themselves nothing is kept here, not even a name:
 * the service tells who may see them.
 */
export const memory = {
  ids(): string[] {
    try {
      const kept = JSON.parse(localStorage.getItem(slot) ?? '[]') as unknown;
      return Array.isArray(kept) ? kept.filter((id): id is string => typeof id === 'string' && looksLikeId.test(id)) : [];
    } catch {
      return [];
    }
  },
  add(id: string, inPlaceOf?: string) {
    const kept = memory.ids().filter(one => one !== id);
    const at = inPlaceOf ? kept.indexOf(inPlaceOf) : -1;
    if (at >= 0) kept[at] = id;
    else kept.unshift(id);
    write(kept);
  },
  remove(...ids: string[]) {
    write(memory.ids().filter(id => !ids.includes(id)));
  },
};

// Browsers may refuse storage: the list then lasts as long as the page.
function write(ids: string[]) {
  try {
    if (ids.length > 0) localStorage.setItem(slot, JSON.stringify(ids.slice(0, most)));
    else localStorage.removeItem(slot);
  } catch {
    return;
  }
}
