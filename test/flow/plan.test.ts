/** Which jobs of a flow run again, and what they wait for. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FlowPartAsked, type Known, type Planned, plan } from '../../src/flow/plan.ts';
import { standings } from '../../src/flow/standing.ts';
import { startedJobs } from '../../src/flow/started.ts';
import type { FlowJob } from '../../src/flow/types.ts';
import type { PartVerdict } from '../../src/run/parts.ts';
import { alive, ended, flowJobs, graphs, run } from './graphs.ts';

const knownOf = (jobs: readonly FlowJob[], verdicts: ReadonlyMap<string, PartVerdict>): Map<string, Known> =>
  new Map(standings(startedJobs(jobs), verdicts).map((job) => [job.name, job]));

const shown = (planned: readonly Planned[]): Record<string, string[]> =>
  Object.fromEntries(planned.map(({ job, waits }) => [job.name, waits.map(({ kind, job }) => `${kind}:${job}`)]));

const line = flowJobs({ a: [], b: ['a'], c: ['b'], d: ['c', 'afterany:a'] });

function planned(asked: FlowPartAsked, verdicts: Record<string, PartVerdict>, jobs = line): Record<string, string[]> {
  return shown(plan(jobs, asked, knownOf(jobs, new Map(Object.entries(verdicts)))));
}

const DONE = ended('COMPLETED');
const FAILED = ended('FAILED', { exitCode: 1 });
const NEVER = ended('CANCELLED');

describe('part of a flow again', () => {
  it('runs what failed and what never ran for it, and waits for nothing that is done', () => {
    const verdicts = { a: DONE, b: FAILED, c: NEVER, d: NEVER };
    expect(planned({ part: 'due' }, verdicts)).toEqual({ b: [], c: ['afterok:b'], d: ['afterok:c'] });
  });

  it('runs again what is behind a job that runs again, though it was done', () => {
    const jobs = flowJobs({ a: [], report: ['afterany:a'] });
    expect(planned({ part: 'due' }, { a: FAILED, report: DONE }, jobs)).toEqual({ a: [], report: ['afterany:a'] });
  });

  it('waits for what is alive, and leaves that alone', () => {
    const verdicts = { a: DONE, b: FAILED, c: NEVER, d: NEVER, e: alive('RUNNING') };
    const jobs = [...line, ...flowJobs({ e: ['a'], f: ['b', 'e'] })];
    expect(planned({ part: 'due' }, verdicts, jobs)).toEqual({
      ...{ b: [], c: ['afterok:b'], d: ['afterok:c'], f: ['afterok:b', 'afterok:e'] },
    });
  });

  it('leaves out what would need another end of what is done', () => {
    const jobs = flowJobs({ a: [], rescue: ['afternotok:a'], b: ['a'], after: ['rescue'] });
    const verdicts = { a: DONE, rescue: NEVER, b: FAILED, after: NEVER };
    expect(planned({ part: 'due' }, verdicts, jobs)).toEqual({ b: [] });
  });

  it('from a job on: all behind it, whatever they came to', () => {
    const verdicts = { a: DONE, b: DONE, c: DONE, d: DONE };
    expect(planned({ part: 'from', jobs: ['b'] }, verdicts)).toEqual({ b: [], c: ['afterok:b'], d: ['afterok:c'] });
    expect(planned({ part: 'only', jobs: ['d', 'b'] }, verdicts)).toEqual({ b: [], d: [] });
  });

  it('from a job on: what waits besides for another that failed only where it is named', () => {
    const jobs = flowJobs({ good: [], bad: [], both: ['good', 'bad'], end: ['both'] });
    const verdicts = { good: DONE, bad: FAILED, both: NEVER, end: NEVER };
    expect(planned({ part: 'from', jobs: ['good'] }, verdicts, jobs)).toEqual({ good: [] });
    expect(planned({ part: 'from', jobs: ['good', 'both'] }, verdicts, jobs)).toEqual({
      ...{ good: [], both: ['afterok:good'], end: ['afterok:both'] },
    });
  });
});

describe('a matrix job', () => {
  const cells = [0, 1, 2].map((index) => ({ index, name: String(index), values: {} }));
  const jobs = flowJobs({ one: [], two: ['aftercorr:one'], end: ['two'] }).map((job) =>
    job.name === 'end' ? job : { ...job, cells },
  );
  const known = (one: number[], two: number[]): Map<string, Known> =>
    new Map<string, Known>([
      ['one', { name: 'one', dependsOn: [], standing: one.length === 3 ? 'done' : 'failed', doneCells: new Set(one) }],
      ['two', { name: 'two', dependsOn: [], standing: two.length === 3 ? 'done' : 'failed', doneCells: new Set(two) }],
    ]);
  const again = (one: number[], two: number[]) =>
    plan(jobs, { part: 'due' }, known(one, two)).map(({ job, cells, waits }) => [job.name, cells, waits]);

  it('runs again only those of its cells that are not done', () => {
    expect(again([0, 1, 2], [0])).toEqual([
      ['two', [1, 2], []],
      ['end', undefined, [{ kind: 'afterok', job: 'two' }]],
    ]);
  });

  it('waits for the matching cells where all of them run, else for all that do', () => {
    expect(again([0], [0])[1]).toEqual(['two', [1, 2], [{ kind: 'aftercorr', job: 'one' }]]);
    expect(again([0, 1], [])[1]).toEqual(['two', [0, 1, 2], [{ kind: 'afterok', job: 'one' }]]);
  });
});

describe('whatever the graph and whatever fails', () => {
  const failing = fc.uniqueArray(fc.nat(8), { maxLength: 4 }).map((all) => new Set(all.map((nth) => `j${nth}`)));
  const everyEnd = (jobs: readonly FlowJob[], verdicts: ReadonlyMap<string, PartVerdict>) =>
    standings(startedJobs(jobs), verdicts);

  it('parents come first, and nobody waits for what is not there', () => {
    fc.assert(
      fc.property(graphs, failing, failing, (jobs, first, second) => {
        const before = run(plan(jobs, { part: 'all' }, new Map()), first);
        expect(before.size).toBe(jobs.length);
        run(plan(jobs, { part: 'due' }, knownOf(jobs, before)), second);
      }),
      { numRuns: 2000 },
    );
  });

  it('what ended is done, failed, stopped or skipped, and somebody failed wherever anything was stopped', () => {
    fc.assert(
      fc.property(graphs, failing, (jobs, first) => {
        const all = everyEnd(jobs, run(plan(jobs, { part: 'all' }, new Map()), first));
        const words = all.map(({ standing }) => standing);
        expect(words.filter((word) => !['done', 'failed', 'stopped', 'skipped'].includes(word))).toEqual([]);
        if (words.includes('stopped')) expect(words).toContain('failed');
        if (!words.includes('failed')) expect(words.filter((word) => word === 'stopped')).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('once everything goes well nothing is due any more', () => {
    fc.assert(
      fc.property(graphs, failing, (jobs, first) => {
        const before = run(plan(jobs, { part: 'all' }, new Map()), first);
        const again = run(plan(jobs, { part: 'due' }, knownOf(jobs, before)), new Set());
        const verdicts = new Map([...before, ...again]);
        const left = everyEnd(jobs, verdicts).filter(({ standing }) => standing !== 'done' && standing !== 'skipped');
        expect(left.map(({ name, standing }) => `${name} ${standing}`)).toEqual([]);
        expect(plan(jobs, { part: 'due' }, knownOf(jobs, verdicts))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });
});
