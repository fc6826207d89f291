/** Of a run of many jobs: a look at it once the scheduler has let go of all that have ended. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot } from '../scheduler/types.ts';
import type { Verdict } from './verdict.ts';

/** Seconds that Slurm may take to let go of a job whose script has ended. */
export const SETTLE = 20;

/** Looks again while all have ended and some are still being let go. */
export async function onceLeft<Seen extends { snapshot: Snapshot; verdicts: { values(): IterableIterator<Verdict> } }>(
  look: () => Promise<Seen>,
): Promise<Seen> {
  const until = Date.now() + SETTLE * 1000;
  for (;;) {
    const seen = await look();
    const verdicts = [...seen.verdicts.values()];
    const over = seen.snapshot.queueTrouble === undefined && verdicts.every(({ ended }) => ended);
    if (!over || verdicts.every(({ left }) => left) || Date.now() > until) return seen;
    await sleep(1000);
  }
}
