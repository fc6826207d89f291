/** The job scripts of a sweep that never was anywhere. */

import { loadProfile } from '../../src/conf/profile.ts';
import { openProject } from '../../src/run/project.ts';
import { renderCells } from '../../src/sweep/scripts.ts';
import type { StartedSweep } from '../../src/sweep/started.ts';
import { project } from '../conf/project.ts';

export const RUN = '/x/runs/p@s-20260102-030405';

/** A sweep whose cells have these values. */
export function started(values: readonly Record<string, string>[], more: Partial<StartedSweep> = {}): StartedSweep {
  const cells = values.map((one, index) => ({ index, name: `${index}-x`, values: one }));
  const about = { name: 's', file: 'slurm/sweeps/s.yaml', folder: 's', kind: 'matrix', retry: 3 } as const;
  return { ...about, args: [], cells, count: cells.length, ...more };
}

/** Renders all cells of `sweep`, or these, by a template. */
export function rendered(
  template: string,
  sweep: StartedSweep,
  cells = sweep.cells.map(({ index }) => index),
  profile = '',
) {
  const root = project({
    'slurm/cluster.conf': 'REMOTE_HOST=srt\nREMOTE_DIR=/x\nSCHEDULER=slurm\n',
    'slurm/profiles/p.conf': `TEMPLATE=own\n${profile}`,
    'slurm/templates/own.sbatch': template,
  });
  const talk = { tell: () => {}, ask: async () => false };
  const opened = openProject(root, undefined, new Map(), talk);
  const loaded = { ...loadProfile(root, 'p', 's', opened.cluster, new Map(), 'any'), cellNames: ['CELL'] };
  return renderCells(opened, loaded, sweep, cells, RUN);
}
