/** A file of a data set to be, by its path within the set. */
export interface PickedFile { path: string; file: File }

/** What a person chose or dropped. */
export interface Picked {
  /** Name of the folder or of the first zip; empty where there is none. */
  title: string;
  /** Whether a whole folder was meant. */
  folder: boolean;
  files: PickedFile[];
}

/** The files of a field: of a folder without its own name in their paths. */
export function pickedOf(input: HTMLInputElement): Picked {
  const files = [...input.files ?? []];
  const folder = input.webkitdirectory;
  return {
    folder,
    title: folder ? files[0]?.webkitRelativePath.split('/', 1)[0] ?? '' : titleOf(files),
    files: files.map(file => ({ file, path: folder ? file.webkitRelativePath.split('/').slice(1).join('/') : file.name })),
  };
}

/** What was dropped: a folder, the parts of one, or files. Called while the event goes on, after which browsers show no folder any more. */
export function dropped(data: DataTransfer): Promise<Picked> {
  const entries = [...data.items].flatMap(item => item.webkitGetAsEntry() ?? []);
  const loose = [...data.files];
  return entries.length > 0 ? pickedIn(entries) : Promise.resolve({ folder: false, title: titleOf(loose), files: loose.map(file => ({ file, path: file.name })) });
}

async function pickedIn(entries: FileSystemEntry[]): Promise<Picked> {
  const [first] = entries;
  const folder = entries.some(entry => entry.isDirectory);
  const whole = entries.length === 1 && first!.isDirectory;
  const files: PickedFile[] = [];
  for (const entry of entries) await walk(entry, whole ? '' : entry.name, files);
  return { folder, title: whole ? first!.name : folder ? '' : titleOf(files.map(one => one.file)), files };
}

async function walk(entry: FileSystemEntry, path: string, into: PickedFile[]): Promise<void> {
  if (entry.isFile) {
    into.push({ path, file: await new Promise((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)) });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A folder is read in pieces, until one is empty.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const one of some) await walk(one, path ? `${path}/${one.name}` : one.name, into);
  }
}

const titleOf = (files: readonly File[]) => (files.find(file => /\.zip$/i.test(file.name)) ?? files[0])?.name.replace(/\.zip$/i, '') ?? '';
