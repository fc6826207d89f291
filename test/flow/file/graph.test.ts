/** Circles and jobs that can never run, against a reference that tries everything. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkGraph, type GraphJob } from '../../../src/flow/file/graph.ts';
import { parentsFirst } from '../../../src/flow/graph.ts';
import type { DependencyKind } from '../../../src/flow/types.ts';

const place = { file: 'x', line: 1 };

/** `{ b: ['a', 'afternotok:c'] }`: what each job waits for. */
function graph(waits: Record<string, string[]>): GraphJob[] {
  return Object.entries(waits).map(([name, parents]) => ({
    ...{ name, place },
    dependsOn: parents.map((text) => {
      const [job = '', kind = 'afterok'] = text.split(':').reverse();
      return { kind: kind as DependencyKind, job, place };
    }),
  }));
}

const found = (waits: Record<string, string[]>) => checkGraph(graph(waits));

describe('circles', () => {
  it('are named whole, from where one meets them first', () => {
    expect(found({ z: [], a: ['b', 'z'], b: ['c'], c: ['a'], d: ['a'] })).toEqual([
      { kind: 'flow-circle', jobs: ['a', 'b', 'c', 'a'], place },
    ]);
    expect(found({ a: ['b'], b: ['a'], c: ['d'], d: ['c'] })).toMatchObject([
      { jobs: ['a', 'b', 'a'] },
      { jobs: ['c', 'd', 'c'] },
    ]);
  });

  it('are there of whatever kind a dependency is', () => {
    expect(found({ a: ['after:b'], b: ['afternotok:a'] })).toHaveLength(1);
  });
});

describe('a job that can never run', () => {
  it.each([
    ['needs success and failure of one', { a: [], b: ['a'], c: ['b', 'afternotok:a'] }, 'c', ['b'], []],
    ['through others', { a: [], b: ['a'], c: ['afternotok:a'], d: ['b', 'c'] }, 'd', ['b'], ['c']],
    ['cell by cell', { a: [], b: ['aftercorr:a'], c: ['b', 'afternotok:a'] }, 'c', ['b'], []],
  ])('%s', (_, waits: Record<string, string[]>, job, succeeds, fails) => {
    expect(found(waits)).toEqual([{ kind: 'flow-unreachable', job, parent: 'a', succeeds, fails, place }]);
  });

  it('is told of once, and not of all behind it', () => {
    expect(found({ a: [], b: ['a'], c: ['b', 'afternotok:a'], d: ['c'], e: ['afterany:c'] })).toHaveLength(1);
  });

  it.each<[string, Record<string, string[]>]>([
    ['clears up', { a: [], b: ['a'], c: ['afternotok:b'], d: ['afterany:a', 'c'] }],
    ['has some cells that can', { a: [], b: ['afternotok:a'], c: ['aftercorr:a', 'b'] }],
  ])('is none that %s', (_, waits) => {
    expect(found(waits)).toEqual([]);
  });
});

describe('any graph', () => {
  const KINDS = ['afterok', 'afterok', 'afterok', 'afternotok', 'afternotok', 'afterany', 'after'] as const;

  /** Each of three to six jobs may wait for each other one, or only for those before it; `none` says how often for none. */
  const graphs = (acyclic: boolean, none: number) =>
    fc.integer({ min: 3, max: 6 }).chain((count) => {
      const choice = fc.constantFrom(...KINDS, ...Array<undefined>(none).fill(undefined));
      return fc.array(choice, { minLength: count * count, maxLength: count * count }).map((kinds) => {
        const all = [...Array(count).keys()];
        const parentsOf = (at: number) =>
          all.flatMap((parent) => {
            const kind = (acyclic ? parent < at : parent !== at) && kinds[at * count + parent];
            return kind ? [`${kind}:j${parent}`] : [];
          });
        return graph(Object.fromEntries(all.map((at) => [`j${at}`, parentsOf(at)])));
      });
    });

  /** Jobs that can be reached from themselves. */
  function inCircles(jobs: readonly GraphJob[]): string[] {
    const parents = new Map(jobs.map(({ name, dependsOn }) => [name, new Set(dependsOn.map(({ job }) => job))]));
    for (const by of parents.keys())
      for (const mine of parents.values()) if (mine.has(by)) for (const job of parents.get(by)!) mine.add(job);
    return jobs.map(({ name }) => name).filter((name) => parents.get(name)!.has(name));
  }

  it('has all its circles found, and what is called one is one', () => {
    let circles = 0;
    const work = (jobs: GraphJob[]) => {
      const parents = new Map(jobs.map(({ name, dependsOn }) => [name, dependsOn.map(({ job }) => job)]));
      const named = checkGraph(jobs).flatMap((problem) => (problem.kind === 'flow-circle' ? [problem.jobs] : []));
      for (const circle of named) {
        expect(circle[0]).toBe(circle.at(-1));
        for (const [at, job] of circle.slice(1).entries()) expect(parents.get(circle[at]!)).toContain(job);
      }
      expect([...new Set(named.flat())].sort()).toEqual(inCircles(jobs).sort());
      circles += named.length;
    };
    fc.assert(fc.property(graphs(false, 20), work), { numRuns: 400 });
    expect(circles).toBeGreaterThan(50);
  });

  /** Jobs that run in some way in which it can go: every one that runs may succeed or fail. */
  function canRun(jobs: readonly GraphJob[]): Set<string> {
    const run = new Set<string>();
    for (let luck = 0; luck < 2 ** jobs.length; luck++) {
      const ended = new Map<string, 'ok' | 'failed' | 'never'>();
      for (const [at, { name, dependsOn }] of jobs.entries()) {
        const starts = dependsOn.every(({ kind, job }) => {
          if (kind === 'afterok') return ended.get(job) === 'ok';
          return kind === 'afternotok' ? ended.get(job) !== 'ok' : true;
        });
        ended.set(name, !starts ? 'never' : (luck >> at) & 1 ? 'ok' : 'failed');
        if (starts) run.add(name);
      }
    }
    return run;
  }

  it('has its jobs that can never run found', () => {
    let never = 0;
    const work = (jobs: GraphJob[]) => {
      const told = checkGraph(jobs).flatMap((problem) => (problem.kind === 'flow-unreachable' ? [problem.job] : []));
      const possible = canRun(jobs);
      for (const job of told) expect(possible).not.toContain(job);
      // All others that never run wait for the success of one that is told.
      const behind = new Set(told);
      for (const { name, dependsOn } of jobs)
        if (dependsOn.some(({ kind, job }) => kind === 'afterok' && behind.has(job))) behind.add(name);
      expect([...behind].sort()).toEqual(
        jobs
          .map(({ name }) => name)
          .filter((name) => !possible.has(name))
          .sort(),
      );
      never += told.length;
    };
    fc.assert(fc.property(graphs(true, 4), work), { numRuns: 400 });
    expect(never).toBeGreaterThan(20);
  });

  it('is put in order, parents first', () => {
    const work = (jobs: GraphJob[]) => {
      const order = parentsFirst(jobs.toReversed()).map(({ name }) => name);
      expect(order.toSorted()).toEqual(jobs.map(({ name }) => name).toSorted());
      for (const { name, dependsOn } of jobs)
        for (const { job } of dependsOn) expect(order.indexOf(job)).toBeLessThan(order.indexOf(name));
    };
    fc.assert(fc.property(graphs(true, 7), work));
  });
});
