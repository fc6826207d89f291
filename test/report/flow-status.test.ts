/** What the report on a flow's jobs looks like: under way, broken off, gone wrong, and at its end. */

import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { FlowStatus } from '../../src/flow/results.ts';
import { flowStatusText } from '../../src/report/flow-status.ts';
import { plain } from '../../src/report/style.ts';
import { flow, flowCells, flowJob, flowStatus } from './flows.ts';
import { failed, running, verdict } from './nouns.ts';

const lines = (...all: string[]) => all.join('\n');
const text = (status: FlowStatus) => flowStatusText(status, plain, { flow: 'pipeline' });
const rowsWith = (status: FlowStatus, word: string) =>
  text(status)
    .split('\n')
    .filter((line) => line.includes(word));

const underWay = flowStatus(
  [
    ...(['done', 'running', 'pending'] as const),
    flowJob('b2', 'waiting', { because: ['b1'] }, 12235),
    flowJob('d', 'waiting', { because: ['b2', 'c'] }, 12236),
  ],
  { elapsedSeconds: 100 },
);

const wentWrong = flowStatus(
  [
    ...(['done', 'failed', 'cancelled'] as const),
    flowJob('b2', 'stopped', { because: ['b1'] }, 12235),
    flowJob('d', 'stopped', { because: ['b2', 'c'] }, 12236),
  ],
  { elapsedSeconds: 300, criticalPath: ['a', 'b1'] },
);

describe('a flow under way', () => {
  it('is a table, with what each job waits for', () => {
    expect(text(underWay)).toBe(
      lines(
        '[Flow]',
        '  Flow:     pipeline',
        '  Run dir:  runs/flow@pipeline-20260224-143052/',
        '  Jobs:     1/5 done, 1 running, 1 pending, 2 waiting',
        '  Time:     00:01:40 so far',
        '  Pending:  Priority: jobs with a higher priority are ahead of it',
        '',
        '  JOB  STATUS     ID     TIME',
        '  a    COMPLETED  12232  00:01:02',
        '  b1   RUNNING    12233  00:00:10',
        '  c    PENDING    12234            Priority',
        '  b2   WAITING    12235            waits for b1',
        '  d    WAITING    12236            waits for b2, c',
        '',
        '  Next:',
        '  - Watch:  make slurm-flow-watch FLOW=pipeline',
      ),
    );
  });

  it('says in plain words why something never starts, each reason once', () => {
    const tooLong = running({ state: 'PENDING', reason: 'PartitionTimeLimit' });
    const never = running({ state: 'PENDING', reason: 'DependencyNeverSatisfied' });
    const status = flowStatus([
      flowJob('a', 'pending', { verdict: tooLong }),
      flowJob('c', 'pending', { verdict: tooLong }),
      flowJob('d', 'waiting', { verdict: never }),
    ]);
    expect(rowsWith(status, 'it asks for more time than its partition allows')).toHaveLength(1);
    expect(rowsWith(status, ' PartitionTimeLimit')).toHaveLength(3);
    expect(rowsWith(status, 'will never start')).toHaveLength(1);
    expect(rowsWith(status, 'WAITING')[0]).toMatch(/DependencyNeverSatisfied$/);
  });

  it('counts the cells of a matrix job, whose time is told once all have ended', () => {
    const several = running({ tasks: { RUNNING: 4 } });
    const status = flowStatus([flowJob('tune', 'running', { cells: flowCells(), verdict: several })]);
    expect(rowsWith(status, 'tune')).toEqual([
      '  tune  RUNNING  12345        3/16 done, 1 failed, 4 running, 8 pending',
    ]);
    const reason = running({ state: 'PENDING', reason: 'JobArrayTaskLimit' });
    const limited = flowStatus([flowJob('tune', 'pending', { cells: flowCells(), verdict: reason })]);
    expect(rowsWith(limited, 'max_concurrent')).toHaveLength(1);
  });

  it('that is held says how to let it go', () => {
    const held = flowStatus(['held', 'waiting']);
    expect(rowsWith(held, 'its owner holds it; make slurm-release FLOW=pipeline lets it go')).toHaveLength(1);
    expect(rowsWith(held, '- Release:')).toEqual(['  - Release:  make slurm-release FLOW=pipeline']);
  });

  it('whose submission was broken off is to be submitted, not released', () => {
    const status = flowStatus(['held', 'waiting', 'not-submitted'], { unfinished: ['c'] });
    const told = text(status);
    expect(told).toContain('Not yet:  c: still to be submitted, and what was submitted with them waits for that');
    expect(told).toMatch(/a +HELD +12232 +until the rest is submitted\n/);
    expect(told).toMatch(/c +NOT SUBMITTED +still to be submitted\n/);
    expect(told).toContain('- Submit the rest:  make slurm-flow FLOW=pipeline\n');
    expect(told).not.toMatch(/slurm-release|slurm-flow-watch/);
  });

  it('says when the scheduler does not answer', () => {
    expect(text(flowStatus(['running'], { trouble: 'timed out' }))).toContain('Slurm:    does not answer: timed out\n');
  });
});

describe('a flow that went wrong', () => {
  it('says of each job why, and how it goes on', () => {
    expect(text(wentWrong)).toBe(
      lines(
        '[Flow summary]',
        '  Flow:           pipeline',
        '  Run dir:        runs/flow@pipeline-20260224-143052/',
        '  Jobs:           1/5 done, 1 failed, 2 never ran, 1 cancelled',
        '  Time:           00:05:00',
        '  Critical path:  a 00:01:02 → b1 00:03:10',
        '',
        '  JOB  STATUS     ID     TIME',
        '  a    COMPLETED  12232  00:01:02',
        '  b1   FAILED     12233  00:03:10  exit code 3',
        '  c    CANCELLED  12234  00:00:05',
        '  b2   STOPPED    12235            b1 failed',
        '  d    STOPPED    12236            b2 never ran, c was cancelled',
        '',
        '  Failed:',
        '    b1: Job 12233 FAILED after 00:03:10: exit code 3.',
        '    → Its log: slurm/logs/12233.out',
        '',
        '  Next:',
        '  - Run what is missing:    make slurm-flow FLOW=pipeline RESUME=1',
        '  - Collect what there is:  make slurm-flow-collect FLOW=pipeline',
      ),
    );
  });

  it('shows the end of a log, in which nothing acts on the terminal', () => {
    const logs = [
      { job: 'b1', name: 'slurm/logs/12233.out', tail: 'Traceback\x1b[2J\nValueError\n\n' },
      { job: 'a', name: 'slurm/logs/12232.out', tail: 'all well' },
    ];
    const told = flowStatusText(wentWrong, plain, {}, logs);
    expect(told).toContain('\n\n==> slurm/logs/12233.out <==\nTraceback\\x1b[2J\nValueError\n');
    expect(told).toContain('\n\n==> slurm/logs/12232.out <==\nall well\n\n  Next:');
  });

  it('says what to change where the way it ended tells', () => {
    const ended = (about: Parameters<typeof failed>[0]) =>
      text(flowStatus([flowJob('a', 'failed', { verdict: failed(about) })]));
    const starved = ended({ state: 'OUT_OF_MEMORY', reqMem: '4G' });
    expect(starved).toMatch(/a +OUT_OF_MEMORY +12345 +00:03:10 +it needed more memory/);
    expect(starved).toContain(
      '→ Raise its memory_per_node (SBATCH_MEM) in slurm/flows/pipeline.yaml or its profile (now 4G).',
    );
    expect(ended({ state: 'TIMEOUT', limit: '00:10:00' })).toContain('Raise its time_limit (SBATCH_TIME)');
    const absent = ended({ exitCode: 127, notFound: { program: 'pythn', isPython: false } });
    expect(absent).toContain('pythn was not found');
    expect(absent).toContain(
      'SETUP or CONTAINER in slurm/flows/pipeline.yaml or its profile decide whether a job finds pythn',
    );
    expect(ended({ exitCode: 78, container: { kind: 'image-gone', detail: '/i/x.sqsh' } })).toMatch(
      /the image it was pushed with is not there[\s\S]*make slurm-image-refresh, then: make slurm-flow FLOW=pipeline RESUME=1/,
    );
    const impossible = failed({ exitCode: 1, elapsedSeconds: 0, reason: 'BadConstraints' });
    const told = text(flowStatus([flowJob('a', 'failed', { verdict: impossible, log: 'slurm/logs/1.out' })]));
    expect(told).toContain('it never started: no node can ever give what it asks for');
    expect(told).toContain('make slurm-info shows it');
    expect(told).not.toContain('slurm/logs');
  });

  it('tells a skipped job from one that was stopped', () => {
    const skipped = flowJob('mend', 'skipped', { because: ['a'] }, 12240);
    const status = flowStatus(['done', skipped]);
    expect(rowsWith(status, 'mend')).toEqual(['  mend  SKIPPED    12240            a succeeded']);
    expect(rowsWith(status, 'RESUME')).toEqual([]);
    expect(rowsWith(status, '- Collect:')).toHaveLength(1);
  });

  it('calls a success that is none a failure', () => {
    const half = verdict({ success: false, stepCode: 2, elapsedSeconds: 3 });
    expect(rowsWith(flowStatus([flowJob('a', 'failed', { verdict: half })]), '00:00:03')[0]).toMatch(
      /^ {2}a +FAILED +12345 +00:00:03 +a step of it failed/,
    );
  });
});

describe('a flow at its end', () => {
  it('is a summary with the times and the critical path', () => {
    const status = flowStatus(['done', 'done', 'done', 'done', 'done'], {
      ...{ elapsedSeconds: 300, criticalPath: ['a', 'b1', 'b2', 'd', 'a'] },
      ...{ id: 'flow@pipeline.t1', flow: { ...flow, title: 'Parallel' } },
    });
    const told = text(status);
    expect(told).toMatch(/^\[Flow summary\]\n {2}Flow: +pipeline \(Parallel\)\n/);
    expect(told).toMatch(/Critical path: {2}a 00:01:02 → b1 00:01:02 → b2 00:01:02 → d 00:01:02\n {18}→ a 00:01:02\n/);
    expect(told.endsWith('- Collect:  make slurm-flow-collect FLOW=pipeline TAG=t1')).toBe(true);
  });

  it('is not reached while nobody can tell of a job', () => {
    const told = text(flowStatus(['done', 'unknown']));
    expect(told).toMatch(/^\[Flow\]\n/);
    expect(told).toMatch(/b1 +UNKNOWN +12233 +nobody can tell at present\n/);
    expect(told).toContain('- Look again: ');
  });

  it('differs by nothing but colours when these are on', () => {
    for (const status of [underWay, wentWrong]) {
      const coloured = flowStatusText(status, createColors(true), { flow: 'pipeline' });
      expect(coloured).toContain('\x1b[3');
      expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(text(status));
    }
  });
});
