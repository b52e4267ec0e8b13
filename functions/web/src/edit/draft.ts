/** Corrections that were not saved yet, kept in this browser. */
export interface Draft {
  /** Version of the reviewed mask that they began from; null for the model's own. */
  base: string | null;
  ids: Uint8Array;
  at: number;
}

const store = 'drafts';

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open('roadseg', 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(store);
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error!);
  });
}

async function run<T>(mode: IDBTransactionMode, act: (drafts: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const base = await opened();
  try {
    return await new Promise<T>((resolve, reject) => {
      const work = base.transaction(store, mode);
      const asked = act(work.objectStore(store));
      work.oncomplete = () => resolve(asked.result);
      work.onerror = work.onabort = () => reject(work.error!);
    });
  } finally {
    base.close();
  }
}

/** The draft of a job; null where there is none, or the browser keeps none. */
export const draftOf = (id: string): Promise<Draft | null> => run<Draft | undefined>('readonly', drafts => drafts.get(id)).then(found => found ?? null, () => null);

/** Keeps a draft. False where the browser has no room for it, or lets the page keep nothing. */
export const keepDraft = (id: string, draft: Draft): Promise<boolean> => run('readwrite', drafts => drafts.put(draft, id)).then(() => true, () => false);

export const forgetDraft = (id: string): Promise<void> => run('readwrite', drafts => drafts.delete(id)).then(() => undefined, () => undefined);
