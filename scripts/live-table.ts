/** Lines at the end of a terminal that are written over by those that come next. */

import type { WriteStream } from 'node:tty';
import { displayWidth } from '../src/report/width.ts';

export interface LiveTable {
  /** Puts these in the place of the last ones. */
  draw(lines: readonly string[]): void;
  clear(): void;
}

export function liveTable(terminal: Pick<WriteStream, 'columns' | 'write'>): LiveTable {
  let drawn: readonly string[] = [];
  // Terminals break lines anew when they become narrower.
  const height = (line: string): number => {
    const width = displayWidth(line.replace(/\x1b\[\d+m/g, ''));
    return Math.max(1, Math.ceil(width / Math.max(1, terminal.columns ?? 80)));
  };
  const up = (): string => {
    const rows = drawn.reduce((sum, line) => sum + height(line), 0);
    return rows > 0 ? `\x1b[${rows}A\r` : '';
  };
  return {
    draw: (lines) => {
      // Each line is cleared behind its new text, then all that is left below: so nothing flickers.
      terminal.write(`${up()}${lines.map((line) => `${line}\x1b[K\n`).join('')}\x1b[J`);
      drawn = lines;
    },
    clear: () => {
      if (drawn.length > 0) terminal.write(`${up()}\x1b[J`);
      drawn = [];
    },
  };
}
