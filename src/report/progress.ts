/** One line on a transfer under way, never wider than the terminal. */

import type { Progress } from '../host/types.ts';
import { shown } from './escape.ts';
import { cutTo, displayWidth } from './width.ts';

const WHAT = { code: 'code', data: 'data', results: 'results', image: 'image' } as const;

/** `code 120/5000 files  src/x.py  34% 11.2MB/s` in `columns` at most; the file's name gives way first. */
export function progressText(
  { what, progress }: { what: keyof typeof WHAT; progress: Progress },
  columns: number,
): string {
  const { files, total, file, rate } = progress;
  const head = `${WHAT[what]} ${total === undefined ? files : `${files}/${total}`} ${files === 1 && total === undefined ? 'file' : 'files'}`;
  const tail = rate ? `  ${shown(rate)}` : '';
  const room = columns - displayWidth(head) - displayWidth(tail) - 2;
  const name = file && room >= 4 ? `  ${cutTo(shown(file), room)}` : '';
  const line = `${head}${name}${tail}`;
  if (displayWidth(line) <= columns) return line;
  return displayWidth(head) <= columns ? head : head.slice(0, Math.max(0, columns));
}
