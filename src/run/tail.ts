/** The ends of local files, which may be larger than memory. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The last `bytes` bytes of a file, or all of a shorter one, and the size of the whole. Throws what node:fs throws. */
export function endOf(path: string, bytes: number): { end: Buffer; size: number } {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const end = Buffer.alloc(Math.min(bytes, size));
    return { end: end.subarray(0, readSync(file, end, 0, end.length, size - end.length)), size };
  } finally {
    closeSync(file);
  }
}

/** At most so many bytes of a file are shown, however many lines were asked for. */
const MOST = 1 << 28;

/** The last `lines` lines of a file, and its size in bytes. */
export function lastLines(path: string, lines: number): { tail: string; size: number } {
  for (let window = 1 << 16; ; window *= 4) {
    const { end, size } = endOf(path, window);
    const all = end.toString().replace(/\n$/, '').split('\n');
    if (all.length > lines || window >= Math.min(size, MOST)) return { tail: all.slice(-lines).join('\n'), size };
  }
}
