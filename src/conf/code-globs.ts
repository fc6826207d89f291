/** Matches the globs of CODE_FILES against the files that may be sent. Loaded only when there is a glob. */

import type { Dirent } from 'node:fs';
import { posix } from 'node:path';
import { type GlobOptions, globSync } from 'tinyglobby';

/**
 * A function that gives the files a glob means: those it matches and those in folders it matches. The globs are
 * tinyglobby's, and it reads the list as if that were the disk: so it neither wanders through what git ignores nor
 * drops symbolic links.
 */
export function openGlobs(files: readonly string[]): (glob: string) => string[] {
  const folders = new Map<string, Map<string, 'file' | 'folder'>>([['/', new Map()]]);
  for (const file of files) {
    let path = posix.join('/', file);
    let kind: 'file' | 'folder' = 'file';
    while (path !== '/') {
      const folder = posix.dirname(path);
      const known = folders.get(folder);
      if (known) known.set(posix.basename(path), kind);
      else folders.set(folder, new Map([[posix.basename(path), kind]]));
      if (known) break;
      path = folder;
      kind = 'folder';
    }
  }
  const readdirSync = (path: string) =>
    Array.from(folders.get(posix.resolve('/', path)) ?? [], ([name, kind]) => {
      const is = (asked: 'file' | 'folder') => () => kind === asked;
      return { name, isFile: is('file'), isDirectory: is('folder'), isSymbolicLink: () => false } as Dirent;
    });
  const below = (folder: string): string[] =>
    Array.from(folders.get(posix.join('/', folder)) ?? [], ([name, kind]) => {
      const path = posix.join(folder, name);
      return kind === 'folder' ? below(path) : [path];
    }).flat();

  return (glob) => {
    // readdirSync has many forms; this is the one of them that is asked.
    const fs = { readdirSync } as unknown as GlobOptions['fs'];
    const found = globSync([glob], { cwd: '/', fs, onlyFiles: false, expandDirectories: false });
    return [...new Set(found.flatMap((path) => (path.endsWith('/') ? below(path.slice(0, -1)) : [path])))];
  };
}
