/** What holds of every verdict, whatever the witnesses say: snapshots made at random. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseState } from '../../src/scheduler/states.ts';
import type { JobRow, Marker } from '../../src/scheduler/types.ts';
import { accounted, began, type Case, ENDED, exit, judge, LIVE, NAME, noted, queued } from './witnesses.ts';

// In combinations nobody thought of.
describe('whatever the witnesses say', () => {
  const state = fc.constantFrom(...ENDED, ...LIVE, 'COMPLETED', 'COMPLETED', 'CANCELLED by 1001', 'NOVEL');
  const code = fc.constantFrom(0, 0, 1, 127, 137, 255);
  const life = fc.constantFrom(0, 0, 1, 2);
  const pair = fc.record({ code, signal: fc.constantFrom(0, 0, 9, 125) });
  const name = fc.constantFrom(`pre-${NAME}`, `pre-${NAME}`, NAME, 'other-20160102-030405', 'allocation');
  const jobId = fc.constantFrom('7', '7', '7', '8');
  const task = fc.constantFrom(undefined, undefined, '0', '1');
  const ids = fc.record({ jobId, task }).map((id) => ({
    ...{ jobId: id.jobId, id: id.task === undefined ? id.jobId : `${id.jobId}_${id.task}` },
    ...(id.task === undefined ? {} : { task: id.task }),
  }));
  const queue = fc.array(
    fc.tuple(state, name, ids).map(([s, n, id]) => queued(s, { name: n, ...id })),
    { maxLength: 3 },
  );
  const accounts = fc.array(
    fc
      .tuple(state, name, ids, pair, pair, fc.constantFrom(undefined, undefined, '0', 'batch', 'extern'))
      .map(([s, n, id, { code: exitCode, signal }, derived, st]) =>
        accounted(s, { name: n, ...id, exitCode, signal, derived, ...(st === undefined ? {} : { step: st }) }),
      ),
    { maxLength: 4 },
  );
  const markers = fc.array(
    fc.tuple(fc.constantFrom('begin', 'exit', 'noted'), life, code, ids).map(([kind, l, c, id]): Marker => {
      const whose = { jobId: id.jobId, ...('task' in id ? { task: id.task } : {}) } as Partial<Marker>;
      if (kind === 'begin') return began(l, whose);
      return kind === 'exit' ? exit(c, l, whose) : { ...noted('TERM', l, c), ...whose };
    }),
    { maxLength: 4 },
  );
  const jobs = fc.array(
    fc.tuple(jobId, life, pair).map(([id, restarts, derived]): JobRow => ({ jobId: id, restarts, derived })),
    { maxLength: 2 },
  );
  const witnesses = fc.record({
    queue,
    accounts,
    markers,
    jobs,
    queueTrouble: fc.constantFrom(undefined, undefined, 'timed out'),
  });
  const ours = (row: { jobId: string; name: string }) => row.jobId === '7' && row.name.endsWith(NAME);
  const over = (printed: string) => [...ENDED, 'COMPLETED'].includes(parseState(printed));

  test('an end, a success and silence mean what they say', () => {
    let [ends, successes, silent] = [0, 0, 0];
    fc.assert(
      fc.property(witnesses, (all) => {
        // Where the queue does not answer there are no rows of it.
        const told = all.queueTrouble === undefined ? all : { ...all, queue: [] };
        const verdict = judge(told as Case);
        const natural = told.markers.some((marker) => marker.jobId === '7' && marker.how === 'exit');
        const recorded = told.accounts.some(
          (row) => row.step === undefined && over(row.state) && (ours(row) || row.name === 'allocation'),
        );
        const seen = told.queue.some((row) => ours(row) && over(row.state));
        const signalled = told.markers.some((marker) => marker.jobId === '7' && marker.how === 'signal');
        if (verdict.ended) {
          ends += 1;
          expect(natural || recorded || seen || signalled).toBe(true);
        }
        if (told.queueTrouble !== undefined) {
          silent += 1;
          // Whatever else is known, nobody can say that it has left; and a noted signal alone is no end.
          expect(verdict.left).toBe(false);
          if (!natural && !recorded) expect([verdict.ended, verdict.state]).toEqual([false, 'UNKNOWN']);
        }
        if (verdict.left) expect(verdict.ended).toBe(true);
        if (verdict.state === 'UNKNOWN')
          expect([verdict.ended, verdict.left, verdict.success]).toEqual([false, false, false]);
        if (verdict.success) {
          successes += 1;
          expect(verdict).toMatchObject({ state: 'COMPLETED', ended: true });
          // A noted signal does not matter then: the job was told something, and ended well.
          expect([verdict.exitCode ?? 0, verdict.stepCode ?? 0]).toEqual([0, 0]);
          expect(verdict.signal ?? 'TERM').toBe('TERM');
        }
        // A row of ours that is alive, and no marker: it lives.
        const alive = told.queue.filter((row) => ours(row) && LIVE.includes(parseState(row.state)));
        if (alive.length === told.queue.length && alive.length > 0 && !natural) expect(verdict.ended).toBe(false);
      }),
      { numRuns: 5000 },
    );
    console.log(`verdicts: 5000 snapshots, ${ends} ends, ${successes} successes, ${silent} with a silent queue`);
  });
});
