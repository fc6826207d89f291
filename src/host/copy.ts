/** Copies files on this machine, where neither ssh nor rsync is needed. */

import { constants, type Stats } from 'node:fs';
import { copyFile, lstat, mkdir, open, readdir, readlink, rm, stat, symlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Progress } from './types.ts';

export interface CopyOptions {
  /** A folder laid out the same way: files that are the same there are left out. */
  compare?: string;
  /** Compare by content instead of by size and time. */
  checksum: boolean;
  /** A name that is left out wherever it lies. */
  without?: string;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** Copies `paths` (files, links, whole folders) of `from` into `into`, with modes and times; what is the same there stays. */
export async function copyPaths(
  from: string,
  paths: readonly string[],
  into: string,
  options: CopyOptions,
): Promise<void> {
  let files = 0;
  const visit = async (path: string): Promise<void> => {
    const source = join(from, path);
    const stats = await lstat(source);
    if (stats.isDirectory()) {
      await mkdir(join(into, path), { recursive: true });
      for (const name of await readdir(source)) {
        if (name !== options.without) await visit(join(path, name));
      }
      return;
    }
    if (!stats.isFile() && !stats.isSymbolicLink()) return; // sockets, pipes: nothing to bring
    const same =
      options.compare !== undefined && (await isSame(source, stats, join(options.compare, path), options.checksum));
    if (!same && !(await isSame(source, stats, join(into, path), options.checksum))) {
      await copyOne(source, stats, join(into, path));
    }
    files += 1;
    options.onProgress?.({ files, file: path });
  };
  for (const path of paths) await visit(path);
}

async function copyOne(source: string, stats: Stats, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await rm(target, { force: true });
  if (stats.isSymbolicLink()) return symlink(await readlink(source), target);
  await copyFile(source, target, constants.COPYFILE_FICLONE);
  await utimes(target, stats.atime, stats.mtime);
}

async function isSame(source: string, stats: Stats, other: string, checksum: boolean): Promise<boolean> {
  const there = await lstat(other).catch(() => undefined);
  if (!there || there.isSymbolicLink() !== stats.isSymbolicLink()) return false;
  if (stats.isSymbolicLink()) return (await readlink(source)) === (await readlink(other));
  if (!there.isFile() || there.size !== stats.size) return false;
  if (!checksum) return Math.abs(there.mtimeMs - stats.mtimeMs) < 1000;
  return sameContent(source, other);
}

/** Whether two files hold the same bytes; links are followed. */
export async function sameContent(a: string, b: string): Promise<boolean> {
  const [one, two] = await Promise.all([stat(a), stat(b)]);
  return one.size === two.size && beginsWith(a, b);
}

/** Whether `file` begins with all the bytes of `start`; links are followed. */
export async function beginsWith(file: string, start: string): Promise<boolean> {
  const [one, two] = [await open(start), await open(file)];
  try {
    const left = Buffer.alloc(1 << 18);
    const right = Buffer.alloc(1 << 18);
    for (;;) {
      const { bytesRead } = await one.read(left, 0, left.length, null);
      let got = 0;
      while (got < bytesRead) {
        const more = (await two.read(right, got, bytesRead - got, null)).bytesRead;
        if (more === 0) return false;
        got += more;
      }
      if (bytesRead === 0) return true;
      if (!left.subarray(0, bytesRead).equals(right.subarray(0, bytesRead))) return false;
    }
  } finally {
    await one.close();
    await two.close();
  }
}

/** Whether two paths are the very same file or folder. */
export async function sameFile(a: string, b: string): Promise<boolean> {
  const [one, two] = await Promise.all([a, b].map((path) => stat(path).catch(() => undefined)));
  return one !== undefined && two !== undefined && one.ino === two.ino && one.dev === two.dev;
}
