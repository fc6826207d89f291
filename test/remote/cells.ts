/** For the tests of submit-cells.sh. */

import { execFileSync } from 'node:child_process';
import fc from 'fast-check';

/** What a shell says that is given the text as its argument. */
export const run = ([file = '', ...args]: readonly string[], script: string, PATH = process.env.PATH): string =>
  execFileSync(file, [...args, '-c', script], {
    encoding: 'utf8',
    env: { PATH },
    stdio: ['ignore', 'pipe', 'inherit'],
  });

/** Ascending numbers of cells, in runs. */
export const numbers = fc
  .array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 25 })), { minLength: 1, maxLength: 8 })
  .map((runs) => {
    let at = 0;
    return runs.flatMap(([gap, length]) => {
      at += gap + length;
      return Array.from({ length }, (_, k) => at - length + k);
    });
  });
