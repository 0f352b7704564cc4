/** A file of a drop with its path inside the dropped folder, "CT/series-2/slice-014.dcm". */
export interface FoundFile {
  readonly file: File;
  readonly path: string;
}

/** `readEntries` hands out at most about a hundred entries at a time and must be asked until it gives none. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

async function walk(entry: FileSystemEntry, found: FoundFile[], signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const path = entry.fullPath.replace(/^\//, '');
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ file, path });
    return;
  }
  for (const child of await entriesOf(entry as FileSystemDirectoryEntry)) await walk(child, found, signal);
}

/**
 * Everything in a drop, folders opened to the bottom. The entries must be taken before the first await: the
 * browser empties the transfer when the event handler returns.
 */
export async function filesOfDrop(transfer: DataTransfer, signal: AbortSignal): Promise<FoundFile[]> {
  const entries: FileSystemEntry[] = [];
  const loose: File[] = [];
  for (const item of transfer.items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry();
    if (entry !== null) entries.push(entry);
    else {
      const file = item.getAsFile();
      if (file !== null) loose.push(file);
    }
  }
  const found = loose.map((file) => ({ file, path: file.name }));
  for (const entry of entries) await walk(entry, found, signal);
  return found;
}

/** The files of a file or folder chooser. */
export function filesOfChooser(list: FileList): FoundFile[] {
  return [...list].map((file) => ({
    file,
    path: file.webkitRelativePath === '' ? file.name : file.webkitRelativePath,
  }));
}
