/** Verdicts on cells, made up. */

import fc from 'fast-check';
import type { CellVerdict } from '../../src/run/parts.ts';

export const verdict = (cell: number, more: Partial<CellVerdict> = {}): CellVerdict => ({
  ...{
    cell,
    task: cell,
    state: 'COMPLETED',
    ended: true,
    left: true,
    success: true,
    jobId: '7',
    tries: 1,
    begun: true,
    basis: 'queue',
  },
  ...more,
});

const live = { ended: false, left: false, success: false };
const bad = { ended: true, left: true, success: false };

/** How one may stand. */
export const KINDS = {
  done: { state: 'COMPLETED' },
  failed: { ...bad, state: 'FAILED', exitCode: 3 },
  killed: { ...bad, state: 'TIMEOUT' },
  cancelled: { ...bad, state: 'CANCELLED' },
  running: { ...live, state: 'RUNNING' },
  pending: { ...live, state: 'PENDING', begun: false },
  completing: { ...bad, state: 'FAILED', left: false },
  unknown: { ...live, state: 'UNKNOWN' },
} as const satisfies Record<string, Partial<CellVerdict>>;

export type Kind = keyof typeof KINDS;

/** Some of the cells of a sweep, each with how it stands. */
export const standings = fc
  .array(fc.tuple(fc.constantFrom<(Kind | 'never')[]>('never', ...(Object.keys(KINDS) as Kind[])), fc.nat(5)), {
    maxLength: 40,
  })
  .map((cells) =>
    cells.map(([kind, tries], cell) => ({
      cell,
      kind,
      verdict: kind === 'never' ? undefined : verdict(cell, { ...KINDS[kind], tries }),
    })),
  );
