/** What sbatch would get of a flow's jobs, shown without any of them being submitted. */

import { describe, expect, it } from 'vitest';
import type { ProblemBase } from '../../src/failure.ts';
import { loadFlowProfiles, unionProfile } from '../../src/flow/profiles.ts';
import { renderFlow } from '../../src/flow/render.ts';
import { renderedJobsText } from '../../src/report/render.ts';
import { plain } from '../../src/report/style.ts';
import { openProject } from '../../src/run/project.ts';
import { problemsOfAsync } from '../conf/project.ts';
import { makeToy } from '../kit/toy.ts';
import { opened } from './file/flows.ts';

const TEXT = `jobs:
  - name: prepare
    command: [echo, "two words"]
  - name: train
    command: "train --lr {{ LR }}"
    depends_on: [prepare]
    matrix: {LR: [1, 2, 3]}
    max_concurrent: 2
    time_limit: "2:00"
  - name: same
    command: 'echo "$LR"'
    depends_on: ["aftercorr:train"]
    matrix: {LR: [1, 2, 3]}
  - {name: alert, command: [mail], depends_on: ["afternotok:train", "after:prepare"]}
`;
const TEMPLATE = '#!/bin/sh\n#SBATCH --dependency=singleton\n{{ COMMAND }}\n';

async function rendered(only?: string[], { commandLine = {} as Record<string, string>, template = '' } = {}) {
  const { root, flow } = await opened(TEXT, {
    files: {
      'slurm/cluster.conf': 'REMOTE_HOST=local\nREMOTE_DIR=/there\nSCHEDULER=slurm\n',
      'slurm/templates/default.sbatch': template || '#!/bin/sh\n{{ COMMAND }}\n',
    },
  });
  const talk = { tell: () => {}, ask: async () => false };
  const project = openProject(root, undefined, new Map(Object.entries(commandLine)), talk);
  const profiles = loadFlowProfiles(root, project.cluster, project.commandLine, flow);
  const ready = { flow, profiles, union: unionProfile(flow, profiles), given: new Map() };
  return renderFlow(project, { name: 'x' }, ready, only);
}

/** What a job has besides its name, its logs and its place. */
const own = (options: readonly string[]) =>
  options.filter((word) => !/^--(job-name|comment|chdir|output|error|open-mode)=/.test(word));

describe('slurm-render of a flow', () => {
  it('shows every job with its script, its array and what it waits for', async () => {
    const { jobs, runDir, flow } = await rendered();
    expect(flow.file).toBe('slurm/flows/x.yaml');
    expect(runDir).toMatch(/^\/there\/runs\/flow@x-/);
    expect(jobs.map(({ options, ...job }) => ({ ...job, options: own(options) }))).toEqual([
      { job: 'prepare', script: "#!/bin/sh\necho 'two words'\n", options: [] },
      {
        ...{ job: 'train', script: '#!/bin/sh\ntrain --lr 1\n', cells: 3, cell: '0_1' },
        options: [...['--time=2:00', '--dependency=afterok:<prepare>', '--kill-on-invalid-dep=yes'], '--array=0-2%2'],
      },
      {
        ...{ job: 'same', script: '#!/bin/sh\necho "$LR"\n', cells: 3, cell: '0_1' },
        options: ['--dependency=aftercorr:<train>', '--kill-on-invalid-dep=yes', '--array=0-2'],
      },
      {
        ...{ job: 'alert', script: '#!/bin/sh\nmail\n' },
        options: ['--dependency=afternotok:<train>,after:<prepare>', '--kill-on-invalid-dep=yes'],
      },
    ]);
    expect(jobs[3]?.options).toContain(`--job-name=alert.${runDir.slice('/there/runs/'.length)}`);
    const text = renderedJobsText(jobs, plain);
    expect(text).toContain('\n\n[train, 3 cells: the script of 0_1]\nsbatch --parsable \\\n  --job-name=train.');
    expect(text).toContain("  '--dependency=afterok:<prepare>' \\\n");
    expect(text).toMatch(/\n\n#!\/bin\/sh\nmail$/);
  });

  it('shows those that are named, as part of the whole; held only where nothing else holds them', async () => {
    const { jobs } = await rendered(['alert', 'prepare'], { commandLine: { HOLD: '1' }, template: TEMPLATE });
    expect(jobs.map(({ job, options }) => [job, own(options)])).toEqual([
      ['prepare', ['--hold', '--dependency=singleton', '--kill-on-invalid-dep=yes']],
      ['alert', ['--dependency=singleton,afternotok:<train>,after:<prepare>', '--kill-on-invalid-dep=yes']],
    ]);
    const problems: readonly ProblemBase[] = await problemsOfAsync(() => rendered(['trian']));
    expect(problems).toMatchObject([{ kind: 'no-such-flow-job', variable: 'ONLY', nearest: 'train' }]);
  });

  it('writes the script of one alone to standard output', async () => {
    const toy = makeToy('REMOTE_HOST=local\nREMOTE_DIR=.cluster\nSCHEDULER=local\nTEMPLATE=t\n');
    try {
      toy.write('slurm/flows/x.yaml', TEXT);
      toy.write('slurm/templates/t.sbatch', '#!/bin/sh\n{{ COMMAND }}\n');
      const { exit, stdout, stderr } = await toy.make('slurm-render', { FLOW: 'x', ONLY: 'train' });
      expect({ exit, stdout }, stderr).toEqual({ exit: 0, stdout: '#!/bin/sh\ntrain --lr 1' });
      expect(stderr).toContain('--array=0-2%2');
      expect(toy.has('.cluster')).toBe(false);
    } finally {
      toy.remove();
    }
  });
});
