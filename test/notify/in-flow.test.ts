/** When a job of a flow may say that all of it has ended: by the ends that its jobs have left, as the laptop would count them. */

import { execFileSync, type StdioOptions } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Profile } from '../../src/conf/types.ts';
import { type FlowPartAsked, type Known, type Planned, plan } from '../../src/flow/plan.ts';
import { standings } from '../../src/flow/standing.ts';
import { startedJobs } from '../../src/flow/started.ts';
import type { Flow, FlowJob } from '../../src/flow/types.ts';
import { flowJobs as waitsOf } from '../../src/flow/waits.ts';
import { remoteText } from '../../src/host/program.ts';
import type { PartVerdict } from '../../src/run/parts.ts';
import type { FlowRecord } from '../../src/scheduler/types.ts';
import { alive, flowJobs, graphs, run } from '../flow/graphs.ts';
import { find } from '../kit/bare-machine.ts';
import { SHELLS } from '../remote/batch.ts';

const root = mkdtempSync(join(tmpdir(), 'in-flow-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A PATH on which awk is this one. */
function awk(name: string): string {
  const bin = mkdtempSync(join(root, 'bin-'));
  symlinkSync(find(name) ?? '', join(bin, 'awk'));
  return `${bin}:${process.env.PATH}`;
}
const PATHS = ['mawk', 'gawk', 'busybox'].filter((name) => find(name)).map((name) => [name, awk(name)] as const);

/** `files` of a run's folder, each with its line; gives `DONE FAILED STOPPED SKIPPED`, or `open`. */
function ends(
  files: Readonly<Record<string, string>>,
  waits: string,
  path = PATHS[0]?.[1],
  secrets = '',
  shell = ['sh'],
): string {
  const meta = mkdtempSync(join(root, 'run-'));
  for (const [name, line] of Object.entries(files)) {
    const [folder, file] = name.split('/');
    if (file !== undefined) mkdirSync(join(meta, folder ?? ''), { recursive: true });
    writeFileSync(join(meta, name), `${line}\n`);
  }
  writeFileSync(join(meta, 'secrets'), `sr_notify_waits='${secrets}'\n`);
  const text = `sr_notify_kind=flow sr_meta=$1 sr_notify_waits=$2\n${remoteText('notify-all')}\nends || echo open`;
  const [file = '', ...args] = shell;
  // bash takes a socket there for a login from elsewhere.
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe'];
  const options = { env: { PATH: path }, encoding: 'utf8', stdio } as const;
  return execFileSync(file, [...args, '-c', text, 'sh', meta, waits], options).trim();
}

const job = (number: number, name: string, end?: number | string, begun = end !== undefined) => ({
  [`array-${number}`]: `- - - - ${name}`,
  ...(begun && { [`attempt-${number}/begin`]: `${number} 0 1700000000 n1 ` }),
  ...(end !== undefined && {
    [`attempt-${number}/end`]: `${number} 0 ${typeof end === 'number' ? `exit ${end}` : end}`,
  }),
});
/** Of each task its exit code, as far as it has ended. */
const array = (number: number, name: string, tasks: string, codes: Record<number, number>) => ({
  [`array-${number}`]: `0 ${tasks} - - ${name}`,
  ...Object.fromEntries(
    Object.entries(codes).map(([task, code]) => [`attempt-${number}/end.${task}`, `9 0 exit ${code}`]),
  ),
});

describe.each(PATHS)('by %s', (_, path) => {
  const all = (files: Record<string, string>, waits: string): string => ends(files, waits, path);

  test('what waits for a failure that did not come is over, and so is what is behind it', () => {
    const both = { ...job(1, 'train', 0), ...job(2, 'report', 0), ...job(3, 'alert'), ...job(4, 'mend') };
    expect(all(both, '2+1 3-1 4+3')).toBe('2 0 0 2');
    const failed = { ...job(1, 'train', 3), ...job(2, 'report'), ...job(3, 'alert', 0), ...job(4, 'mend') };
    expect(all(failed, '2+1 3-1 4+3')).toBe('open');
    expect(all({ ...failed, ...job(4, 'mend', 0) }, '2+1 3-1 4+3')).toBe('2 1 1 0');
  });

  test('nothing is over that has begun, that a signal ended, or of which nothing is known', () => {
    const one = { ...job(1, 'train', 0) };
    expect(all({ ...one, ...job(2, 'alert', undefined, true) }, '2-1')).toBe('open');
    expect(all({ ...one, ...job(2, 'alert', 'signal TERM 0') }, '2-1')).toBe('open');
    expect(all({ ...one, ...job(2, 'alert') }, '')).toBe('open');
    expect(all({ ...job(1, 'train', 'signal TERM 0'), ...job(2, 'alert', 0) }, '2-1')).toBe('open');
    expect(all({}, '')).toBe('open');
  });

  test('cells count each, by their last array, and wait for all of an array or each for its own', () => {
    const first = array(1, 'm', '0-2', { 0: 0, 1: 1, 2: 0 });
    expect(all({ ...first, ...job(2, 'sum') }, '2+1')).toBe('2 1 1 0');
    expect(all({ ...first, ...array(2, 'each', '0-2', { 0: 0, 2: 0 }) }, '2=1')).toBe('4 1 1 0');
    expect(all({ ...first, ...array(2, 'each', '0-2', { 0: 0 }) }, '2=1')).toBe('open');
    expect(all({ ...array(1, 'm', '0-2', { 0: 0, 2: 0 }), ...job(2, 'sum') }, '2+1')).toBe('open');
    // The second cell again, which went well; what waited for the first array never runs.
    expect(all({ ...first, ...job(2, 'sum'), ...array(3, 'm', '1', { 1: 0 }) }, '2+1')).toBe('3 0 1 0');
    expect(all({ ...first, ...job(2, 'sum'), ...array(3, 'm', '1', { 1: 0 }), ...job(4, 'sum') }, '2+1 4+3')).toBe(
      'open',
    );
  });

  test('what had been settled before', () => {
    const files = { ...job(1, 'a', 'signal TERM 143'), ...job(2, 'b'), ...job(3, 'c'), ...job(4, 'd', 0) };
    expect(all(files, '1! 2! 3~')).toBe('1 1 1 1');
  });

  test('a chain of hundreds', () => {
    const chain = Array.from({ length: 600 }, (_, at) => job(at + 1, `j${at}`, at === 0 ? 1 : undefined));
    const waits = chain.slice(1).map((_, at) => `${at + 2}+${at + 1}`);
    expect(all(Object.assign({}, ...chain), waits.join(' '))).toBe('0 1 599 0');
  });
});

test.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))(
  'a job that began earlier knows what was submitted since, by %s',
  (_, shell) => {
    const files = { ...job(1, 'a', 0), ...job(2, 'late') };
    expect(ends(files, '', undefined, '', shell)).toBe('open');
    expect(ends(files, '', undefined, '2-1', shell)).toBe('1 0 0 1');
  },
);

describe('after any graph, as its status counts it', () => {
  const ready = (jobs: FlowJob[]) => ({ flow: { jobs } as unknown as Flow, profiles: new Map<string, Profile>() });
  const known = (jobs: FlowJob[], verdicts: ReadonlyMap<string, PartVerdict>): Map<string, Known> =>
    new Map(standings(startedJobs(jobs), verdicts).map((one) => [one.name, one]));

  /** What a submission leaves: claims and ends of jobs that ran, and words for them. */
  const submitted = (
    jobs: FlowJob[],
    asked: FlowPartAsked,
    before: { verdicts: ReadonlyMap<string, PartVerdict>; parts: FlowRecord['parts']; files: Record<string, string> },
    failing: ReadonlySet<string>,
  ) => {
    const was = known(jobs, before.verdicts);
    const attempt = before.parts.length;
    const planned: Planned[] = plan(jobs, asked, was);
    const { waits } = waitsOf(ready(jobs), { planned, known: was, parts: before.parts, attempt });
    const now = run(planned, failing);
    const parts = planned.map(({ job: { name } }, at) => ({
      ...{ job: name, attempt: attempt + 1 + at, tasks: '' },
      offset: 0,
    }));
    const files = parts.map((part) => {
      const { state, success } = now.get(part.job)!;
      return job(part.attempt, part.job, state === 'CANCELLED' ? undefined : success ? 0 : 1);
    });
    return {
      ...{ waits, parts: [...before.parts, ...parts], verdicts: new Map([...before.verdicts, ...now]) },
      files: Object.assign({ ...before.files }, ...files) as Record<string, string>,
    };
  };
  const counted = (jobs: FlowJob[], verdicts: ReadonlyMap<string, PartVerdict>): string => {
    const all = [...known(jobs, verdicts).values()].map(({ standing }) => standing);
    return ['done', 'failed', 'stopped', 'skipped'].map((one) => all.filter((other) => other === one).length).join(' ');
  };
  const nothing = { verdicts: new Map(), parts: [], files: {} };

  test('was submitted, and what failed of it again', () => {
    fc.assert(
      fc.property(graphs, fc.infiniteStream(fc.boolean()), (jobs, coins) => {
        const some = (): Set<string> => new Set(jobs.flatMap(({ name }) => (coins.next().value ? [name] : [])));
        const first = submitted(jobs, { part: 'all' }, nothing, some());
        expect(ends(first.files, first.waits)).toBe(counted(jobs, first.verdicts));
        const again = submitted(jobs, { part: 'due' }, first, some());
        expect(ends(again.files, again.waits)).toBe(counted(jobs, again.verdicts));
        // Not while any of it has still to end.
        const ran = Object.keys(again.files).filter((name) => /\/end$/.test(name));
        const last = ran.at(-1)!;
        const { [last]: __, ...rest } = again.files;
        const number = Number(/\d+/.exec(last)?.[0]);
        const isNewest = again.parts.findLast((part) => part.job === again.parts[number - 1]?.job)?.attempt === number;
        if (isNewest) expect(ends(rest, again.waits)).toBe('open');
      }),
      { numRuns: 15 },
    );
  });

  test('one job of it alone: what was never to run then is still over', () => {
    const jobs = flowJobs({ train: [], report: ['train'], alert: ['afternotok:train'] });
    const first = submitted(jobs, { part: 'all' }, nothing, new Set(['train']));
    expect(ends(first.files, first.waits)).toBe('1 1 1 0');
    const again = submitted(jobs, { part: 'only', jobs: ['train'] }, first, new Set());
    expect([again.waits, ends(again.files, again.waits)]).toEqual(['2!', '2 0 1 0']);
    // Asked for by name it runs, whatever its parent came to.
    const report = submitted(jobs, { part: 'only', jobs: ['report'] }, first, new Set());
    expect(report.waits).toBe('1!');
    const { 'attempt-4/end': _, ...rest } = report.files;
    expect(ends(rest, report.waits)).toBe('open');
  });

  test('while some of it is alive: that waits for what is alive, too', () => {
    const jobs = flowJobs({ a: [], b: ['a'], c: ['afternotok:b'], d: ['afterany:b'], e: [] });
    const verdicts = new Map([
      ...(['b', 'c', 'd'] as const).map((name) => [name, alive('PENDING', 'Dependency')] as const),
      ['a', alive('RUNNING')] as const,
      ['gone', alive('RUNNING')] as const,
    ]);
    const parts = ['a', 'b', 'c', 'd', 'gone'].map((name, at) => ({
      job: name,
      attempt: at + 1,
      tasks: '',
      offset: 0,
    }));
    const planned = plan(jobs, { part: 'only', jobs: ['e'] }, known(jobs, verdicts));
    const { waits } = waitsOf(ready(jobs), { planned, known: known(jobs, verdicts), parts, attempt: 5 });
    expect(waits).toBe('5~ 2+1 3-2');
  });
});
