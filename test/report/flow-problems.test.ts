/** What stops a flow, in words, and the commands that a flow's own targets stand for. */

import { describe, expect, it } from 'vitest';
import { flowName } from '../../scripts/variables.ts';
import { again, make, makeFlow, ofFlow } from '../../src/report/commands.ts';
import { interruptedText } from '../../src/report/events.ts';
import type { Problem } from '../../src/report/problem.ts';
import { problemText } from '../../src/report/problems.ts';
import { plain } from '../../src/report/style.ts';

const typed = { target: 'slurm-flow', flow: 'nightly', tag: 't1', cluster: 'lab' };
const which = 'FLOW=nightly TAG=t1 CLUSTER=lab';
const text = (problem: Problem, about: object = typed) => problemText(problem, plain, about);

describe('where a flow was typed', () => {
  it.each([
    ['slurm-push', `make slurm-flow ${which}`],
    ['slurm-submit', `make slurm-flow ${which}`],
    ['slurm-resubmit', `make slurm-flow ${which} RESUME=1`],
    ['slurm-watch', `make slurm-flow-watch ${which}`],
    ['slurm-log', `make slurm-flow-status ${which}`],
    ['slurm-collect', `make slurm-flow-collect ${which}`],
    ['slurm-release', `make slurm-release ${which}`],
    ['slurm-flow-graph', `make slurm-flow-graph ${which}`],
    ['slurm-recover', `make slurm-recover ${which}`],
    ['slurm-status', 'make slurm-status CLUSTER=lab'],
  ])('%s is its own', (target, command) => {
    for (const id of [undefined, 'flow@nightly.t1']) expect(make(target, id, typed)).toBe(command);
  });

  it('another run keeps its own targets', () => {
    expect(make('slurm-collect', 'x@a', typed)).toBe('make slurm-collect PROFILE=x TAG=a CLUSTER=lab');
  });

  it('to go on is not to begin again', () => {
    for (const target of ['slurm-flow', 'slurm-flow-full']) {
      expect(again('slurm-collect', undefined, { ...typed, target })).toBe(`make slurm-flow-collect ${which}`);
    }
    const watch = { ...typed, target: 'slurm-flow-watch' };
    expect(again('slurm-collect', undefined, watch)).toBe(`make slurm-flow-watch ${which}`);
    expect(interruptedText(undefined, undefined, watch)).toContain(`make slurm-flow-watch ${which} follows`);
  });

  it('the tag is told from the name by the id, and the name from its file', () => {
    expect(ofFlow('flow@a.b.c', 'a.b', {})).toEqual({ flow: 'a.b', tag: 'c' });
    expect(ofFlow('flow@a.b', 'a.b', { cluster: 'lab' })).toEqual({ flow: 'a.b', cluster: 'lab' });
    expect(makeFlow('slurm-flow', 'nightly', {}, 'FROM=a')).toBe('make slurm-flow FLOW=nightly FROM=a');
    expect(['nightly', './slurm/flows/nightly.yaml', 'nightly.yml'].map(flowName)).toEqual(Array(3).fill('nightly'));
  });
});

describe('a flow', () => {
  it('that is not there has its nearest name', () => {
    const place = { file: 'slurm/flows/nighty.yaml' };
    expect(text({ kind: 'no-flow', flow: 'nighty', flows: ['nightly'], nearest: 'nightly', place })).toBe(
      'slurm/flows/nighty.yaml: there is no flow nighty; did you mean nightly?\n→ Flows here: nightly.',
    );
    expect(text({ kind: 'no-such-flow-job', variable: 'FROM', job: 'trian', jobs: ['train'], nearest: 'train' })).toBe(
      'FROM: the flow has no job trian; did you mean train?',
    );
  });

  it('that sbatch refuses says which job, that nothing ran, and what to change where', () => {
    const told = text({
      ...{ kind: 'flow-refused', flow: 'nightly', job: 'train', cancelled: ['12232', '12233'] },
      detail: 'sbatch: error: Memory specification can not be satisfied',
    });
    expect(told.split('\n')).toEqual([
      'sbatch refuses the job train of nightly, so nothing of this call has run: what had been submitted before it was cancelled (12232, 12233).',
      '  sbatch: error: Memory specification can not be satisfied',
      expect.stringMatching(
        /^→ Lower SBATCH_MEM in the profile of train or among its resources in slurm\/flows\/nightly\.yaml \(.*slurm\/clusters\/lab\.conf/,
      ),
      `→ Then: make slurm-flow ${which} RESUME=1`,
    ]);
  });

  it('that is alive is waited for or ended first', () => {
    expect(text({ kind: 'flow-job-alive', flow: 'nightly', job: 'train', jobId: '12233' })).toBe(
      [
        'train of nightly is alive (Job 12233), and would be run a second time beside itself.',
        `→ make slurm-flow-watch ${which} waits for it.`,
        '→ Or end it first: make slurm-cancel CLUSTER=lab JOB_ID=12233',
      ].join('\n'),
    );
  });

  it('is named where its results are missing', () => {
    const told = text({ kind: 'results-missing', id: 'flow@nightly.t1', paths: ['out/'], runDir: '/r' });
    expect(told).toContain('in slurm/flows/nightly.yaml (');
    expect(told).toContain(`make slurm-flow-collect ${which} FORCE=1`);
    expect(told).not.toContain('slurm/profiles');
  });
});
