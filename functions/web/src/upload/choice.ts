import { entriesOf } from '../unzip';
import { words } from '../ui';
import type { Picked, PickedFile } from './picked';

const describes = 'dataset.json';
const mostSpecBytes = 2 ** 20;
const nameForm = /^[a-z0-9][a-z0-9-]{0,62}$/;
const zipped = /\.zip$/i;
const lists = /\.(json|jsonl|csv|txt)$/i;
// What Finder, Windows and version control leave in folders.
const clutter = /^__MACOSX\/|(^|\/)\.|(^|\/)(Thumbs\.db|desktop\.ini)$/;

type Spec = Record<string, unknown> & { name?: unknown; layout?: unknown; patterns?: unknown };

/** What is to be uploaded, looked at before anything is sent. */
export interface Choice {
  title: string;
  /** All but dataset.json, which goes last. */
  files: PickedFile[];
  /** Files of no bytes. */
  empty: PickedFile[];
  /** The set's own description. */
  spec: Spec | undefined;
  /** What keeps it from being uploaded, in words. */
  problem: string | undefined;
}

export const isName = (name: string) => nameForm.test(name);
export const nameRule = 'A data set is called 1 to 63 of the letters a to z, digits and hyphens, beginning with a letter or digit: city-2026, for example.';

/** The name that a folder or file suggests; empty where it suggests none. */
export const nameOf = (title: string) => title.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+/, '').slice(0, 63).replace(/-+$/, '');

/** Looks at what was chosen: its own description, and what storage or the check would stumble on. */
export async function examine(picked: Picked): Promise<Choice> {
  const choice: Choice = { title: picked.title, files: rooted(picked.files.filter(one => !clutter.test(one.path))), empty: [], spec: undefined, problem: undefined };
  if (choice.files.length === 0) {
    return { ...choice, problem: picked.folder || picked.files.length === 0 ? 'This folder is empty. Choose the one that holds the images and their masks.' : 'There is nothing of a data set in it.' };
  }
  const own = choice.files.find(one => one.path === describes);
  choice.files = choice.files.filter(one => one !== own);
  const archives = choice.files.filter(one => zipped.test(one.path));
  const others = choice.files.filter(one => !zipped.test(one.path) && !lists.test(one.path));
  choice.empty = choice.files.filter(one => one.file.size === 0 && !archives.includes(one));
  try {
    if (archives.length > 0 && others.length > 0 && !picked.folder) {
      throw new Error(`Zips go alone, or with lists beside them; ${others[0]!.path} is neither. Choose the zips, or the folder that they were made of.`);
    }
    const inside = others.length === 0 ? await described(archives) : undefined;
    choice.spec = own ? parsed(await textOf(own.file), '') : inside;
    if (choice.files.length === 0) throw new Error('There is a dataset.json, and no image beside it. Choose the folder that holds the images and their masks.');
  } catch (error) {
    choice.problem = words(error);
  }
  return choice;
}

/** What goes up last: the set's own description by the name that was given, or a new one. */
export function descriptionOf(choice: Choice, name: string, layout: string): Blob {
  const spec = choice.spec ? { ...choice.spec, ...(choice.spec.name === undefined ? {} : { name }) } : { name, layout };
  return new Blob([`${JSON.stringify(spec, null, 2)}\n`], { type: 'application/json' });
}

// A set may lie in a folder of the one that was chosen: its description says where.
function rooted(files: PickedFile[]): PickedFile[] {
  const roots = files.filter(one => one.path.endsWith(`/${describes}`)).map(one => one.path.slice(0, -describes.length));
  const [root] = roots;
  return roots.length === 1 && files.every(one => one.path.startsWith(root!)) ? files.map(one => ({ ...one, path: one.path.slice(root!.length) })) : files;
}

// Zips share one root and are read by a description beside them: one that lies in a zip is brought there.
async function described(archives: PickedFile[]): Promise<Spec | undefined> {
  let found: Spec | undefined;
  for (const { path, file } of archives) {
    try {
      if (file.size === 0) throw new Error('It is empty. Pack it again, and choose that.');
      const inside = (await entriesOf(file)).filter(entry => !clutter.test(entry.name));
      if (inside.length === 0) throw new Error('There is no file in it.');
      const own = inside.filter(entry => entry.name === describes || entry.name.endsWith(`/${describes}`)).sort((a, b) => a.name.length - b.name.length)[0];
      if (own && !found) found = parsed(own.size > mostSpecBytes ? '' : await own.text(), own.name.slice(0, -describes.length));
    } catch (error) {
      throw new Error(`${path}: ${words(error)}`);
    }
  }
  return found;
}

const textOf = (file: File) => (file.size > mostSpecBytes ? '' : file.text());

function parsed(text: string, folder: string): Spec {
  let spec: unknown;
  try {
    spec = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    spec = null;
  }
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) throw new Error('Its dataset.json is not well-formed JSON. Mend it, or take it out and choose a layout here.');
  const { patterns } = spec as Spec;
  if (!folder || typeof patterns !== 'object' || patterns === null) return spec as Spec;
  // Patterns begin at the folder of the description, which is not there any more.
  return { ...spec, patterns: Object.fromEntries(Object.entries(patterns).map(([kind, pattern]) => [kind, typeof pattern === 'string' ? folder + pattern : pattern as unknown])) };
}
