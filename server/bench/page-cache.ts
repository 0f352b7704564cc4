import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** POSIX_FADV_DONTNEED drops clean pages only, so what was just written is brought to the disk first. */
const SCRIPT = `
import os, sys
for top in sys.argv[1:]:
    for folder, _, names in os.walk(top):
        for name in names:
            file = os.open(os.path.join(folder, name), os.O_RDONLY)
            os.fdatasync(file)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)
`;

/** Asks the kernel to forget the cached pages of all files below these folders; false where that cannot be done. */
export async function forgetCachedPages(folders: readonly string[]): Promise<boolean> {
  return run('python3', ['-c', SCRIPT, ...folders]).then(
    () => true,
    () => false,
  );
}
