/** What the reports on a flow that is started, collected and cancelled look like. */

import { describe, expect, it } from 'vitest';
import type { CollectFlowResult, StartFlowResult } from '../../src/flow/results.ts';
import { flowCancelledText, flowCollectedText, startedFlowText } from '../../src/report/flow.ts';
import { plain } from '../../src/report/style.ts';
import { after, flow, flowDir, flowJob, flowStatus } from './flows.ts';
import { profile } from './nouns.ts';

const lines = (...all: string[]) => all.join('\n');
const typed = { flow: 'pipeline', cluster: 'lab' };

describe('a flow that is started', () => {
  const push = { profile: profile(), run: 'x', runDir: flowDir, files: ['a.py', 'b.py'], dataFiles: [], sent: 1200 };
  const submitted = [
    { job: 'a', jobId: '12232', after: [] },
    { job: 'b1', jobId: '12233', after: [after('a')] },
    { job: 'tune', jobId: '12234', after: [after('a'), after('b1', 'afterany')], cells: 16 },
  ];
  const text = (about: Partial<StartFlowResult>) =>
    startedFlowText(
      { id: 'flow@pipeline', runDir: flowDir, flow, submitted, kept: [], again: false, ...about },
      plain,
      typed,
    );

  it('says which job waits for which', () => {
    expect(text({ push })).toBe(
      lines(
        '[Flow started]',
        '  Flow:     pipeline',
        '  Jobs:     3 jobs submitted',
        '  Code:     2 files, 1.2 kB sent',
        '  Run dir:  runs/flow@pipeline-20260224-143052/',
        '',
        '  JOB              ID     AFTER',
        '  a                12232',
        '  b1               12233  a',
        '  tune (16 cells)  12234  a, b1 (afterany)',
        '',
        '  Next:',
        '  - Watch:    make slurm-flow-watch FLOW=pipeline CLUSTER=lab',
        '  - Status:   make slurm-flow-status FLOW=pipeline CLUSTER=lab',
        '  - Collect:  make slurm-flow-collect FLOW=pipeline CLUSTER=lab',
      ),
    );
  });

  it('says what of it was left alone when it goes on', () => {
    const kept = [
      { job: 'c', standing: 'done' },
      { job: 'd', standing: 'running' },
      { job: 'e', standing: 'waiting' },
    ] as const;
    const told = text({ again: true, codeKept: true, kept: [...kept] });
    expect(told).toMatch(/^\[Flow goes on\]\n/);
    expect(told).toContain('  Done:     c\n  Alive:    d, e\n');
    expect(told).toContain('  Code:     as it was sent before: jobs of the flow are alive\n');
    expect(text({ again: true, push })).toContain('Code:     2 files, 1.2 kB sent');
  });

  it('is only tried with DRY_RUN, of all its jobs', () => {
    const many = Array.from({ length: 50 }, (_, at) => ({ job: `job${at}`, after: [] }));
    const told = text({ dryRun: true, push, submitted: many });
    expect(told).toMatch(/^\[To be started\]\n/);
    expect(told).toContain('50 jobs to be submitted\n');
    expect(told).toMatch(/\n {2}JOB +AFTER\n/);
    expect(told).toContain('\n  job49\n');
    expect(told.endsWith('  Nothing was sent (DRY_RUN=1).')).toBe(true);
    expect(text({ submitted: many })).toContain('\n  … and 10 more\n');
  });

  it('says that it is held, and how to let it go', () => {
    const told = text({ push, held: true });
    expect(told).toContain('  Held:     until it is released\n');
    expect(told).toContain('- Release:  make slurm-release FLOW=pipeline CLUSTER=lab\n');
  });

  it('names its tag, and all of a title that is not its name', () => {
    const told = text({ push, id: 'flow@pipeline.t1', flow: { ...flow, title: 'ML\x1b' } });
    expect(told).toContain('Flow:     pipeline (ML\\x1b)\n');
    expect(told).toContain('make slurm-flow-watch FLOW=pipeline TAG=t1 CLUSTER=lab');
  });
});

describe('a flow that is collected', () => {
  const gathered = { results: ['results/'], logs: ['slurm/logs/12232.out'], kept: [], missing: [] };
  const text = (about: Partial<CollectFlowResult>) =>
    flowCollectedText(
      { id: 'flow@pipeline', status: flowStatus(['done', 'done']), gathered, removed: true, ...about },
      plain,
      typed,
    );

  it('has its summary, and what came home', () => {
    const status = flowStatus(['done', 'done'], { elapsedSeconds: 124, criticalPath: ['a', 'b1'] });
    expect(text({ status })).toBe(
      lines(
        '[Flow collected]',
        '  Flow:           pipeline',
        '  Jobs:           2/2 done',
        '  Time:           00:02:04',
        '  Critical path:  a 00:01:02 → b1 00:01:02',
        '  Results:        results/ ← pulled',
        '  Logs:           slurm/logs/12232.out',
        '  Cleanup:        runs/flow@pipeline-20260224-143052/ removed',
        '',
        '  JOB  STATUS     ID     TIME',
        '  a    COMPLETED  12232  00:01:02',
        '  b1   COMPLETED  12233  00:01:02',
      ),
    );
  });

  it('stays where a job failed, and says why and what comes next', () => {
    const told = text({ status: flowStatus(['done', 'failed']), removed: false });
    expect(told).toContain('kept: not all of its jobs did what they should\n');
    expect(told).toContain('    b1: Job 12233 FAILED after 00:03:10: exit code 3.\n');
    expect(told).toContain('- Run what is missing:  make slurm-flow FLOW=pipeline CLUSTER=lab RESUME=1\n');
    expect(told).toContain('- Remove:               make slurm-flow-collect FLOW=pipeline CLUSTER=lab FORCE=1');
    expect(told).not.toContain('Collect what there is');
  });

  it('is only tried with DRY_RUN', () => {
    const skipped = flowStatus(['done', flowJob('b1', 'skipped', { because: ['a'] })]);
    const told = text({ status: skipped, removed: false, dryRun: true });
    expect(told).toMatch(/^\[To be collected\]/);
    expect(told).toContain('results/ ← to be pulled\n');
    expect(told).toContain('-143052/ to be removed\n');
    expect(told).not.toContain('Next:');
    const alive = text({ status: flowStatus(['running']), removed: false, dryRun: true });
    expect(alive).toContain('to be kept: jobs of it are still to end\n');
  });
});

describe('a flow that is cancelled', () => {
  const jobs = [
    { job: 'a', jobId: '12232' },
    { job: 'b1', jobId: '12233' },
  ];

  it('names the jobs and their ids', () => {
    expect(flowCancelledText({ id: 'flow@pipeline.t1', jobs }, plain, typed)).toBe(
      lines(
        'Cancelled: 2 jobs (a 12232, b1 12233)',
        '',
        '  Next:',
        '  - Status:  make slurm-flow-status FLOW=pipeline TAG=t1 CLUSTER=lab',
      ),
    );
    expect(flowCancelledText({ id: 'flow@pipeline', jobs, dryRun: true }, plain, typed)).toBe(
      'To be cancelled: 2 jobs (a 12232, b1 12233)',
    );
    expect(flowCancelledText({ id: 'flow@pipeline', jobs: [] }, plain)).toBe('Nothing of this flow is in the queue.');
  });
});
