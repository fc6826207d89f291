/** Checks `aftercorr`: each cell waits for the one of the same number. */

import type { FlowJob } from '../types.ts';
import type { FlowFileProblem } from './problem.ts';

export function checkCorresponding(jobs: readonly FlowJob[]): FlowFileProblem[] {
  const byName = new Map(jobs.map((job) => [job.name, job]));
  return jobs.flatMap(({ name, cells, dependsOn }) =>
    dependsOn.flatMap(({ kind, job: parent, place }): FlowFileProblem[] => {
      const parentCells = byName.get(parent)!.cells.length;
      if (kind !== 'aftercorr' || (cells.length > 0 && cells.length === parentCells)) return [];
      return [{ kind: 'flow-aftercorr', job: name, parent, cells: cells.length, parentCells, place }];
    }),
  );
}
