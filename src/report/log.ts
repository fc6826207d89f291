/** The ends of a job's logs, each under a line that says which it is. */

import type { LogResult } from '../run/log.ts';
import { shown, shownLog } from './escape.ts';
import { bytes } from './quantities.ts';
import type { Style } from './style.ts';

export function logText({ jobId, logs }: LogResult, style: Style): string {
  if (logs.length === 0) return shown(`Job ${jobId} has written no log yet.`);
  return logs
    .map(({ name, size, tail }) => {
      const head = style.bold(shown(`==> slurm/logs/${name} (${size === 0 ? 'empty' : bytes(size)}) <==`));
      return tail === '' ? head : `${head}\n${shownLog(tail.replace(/\n$/, ''), style)}`;
    })
    .join('\n\n');
}
