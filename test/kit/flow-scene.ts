/** The scene of an accident with a flow: five jobs, what their owner does after it, and what must hold then. */

import { expect } from 'vitest';
import type { CallCounter, TestCluster } from '../cluster/cluster.ts';
import { beginnings, flowText } from './flow-jobs.ts';
import { type FlowToy, type FlowToyOptions, flowToy } from './flows.ts';
import { namedIn } from './sweep-scene.ts';

/** Were the end of a parent by scancel to count as one, `d` and `e` would begin. */
export const GRAPH: Readonly<Record<string, readonly string[]>> = {
  ...{ a: [], b: ['a'], c: ['a'], d: ['b', 'afterany:c'], e: ['afterany:d'] },
};
const JOBS = Object.keys(GRAPH);

export interface FlowScene extends FlowToy {
  /** What the jobs are to bring home from now on. */
  wish(word: string): void;
  isHome(word: string): boolean;
  /** What the owner does after an accident: the command that is named first, until all is home; gives what was typed and how it ended. */
  carryOn(word: string, begun?: string): Promise<string[]>;
  /** What was never submitted is taken for abandoned after three minutes: these are over. */
  threeMinutesLater(): Promise<unknown>;
}

export async function flowScene(cluster: TestCluster, options: FlowToyOptions = {}): Promise<FlowScene> {
  const our = await flowToy(cluster, options);
  const { toy } = our;
  toy.write('slurm/flows/f.yaml', flowText(GRAPH));
  const isHome = (word: string): boolean =>
    JOBS.every((job) => toy.has(`out/${job}`) && toy.read(`out/${job}`) === word);

  const carryOn: FlowScene['carryOn'] = async (word, begun = 'make slurm-recover') => {
    const steps: string[] = [];
    for (let next = begun; steps.length < 15; ) {
      const [, target = '', ...words] = next.split(' ');
      const typed = Object.fromEntries(words.map((one) => one.split('=') as [string, string]));
      const { exit, stdout, stderr } = await toy.make(target, { ...typed, YES: '1' });
      steps.push(`${next}: ${exit}`);
      if (isHome(word) && !toy.has('slurm/jobs/flow@f.rundir')) return steps;
      const said = exit === 0 || exit === 1 ? stdout : stderr;
      // Where nothing is there it is begun anew; where nothing is named the same has to be tried again.
      const nothing = /nothing to recover|no longer on the cluster/.test(said);
      next = nothing ? 'make slurm-flow FLOW=f' : (namedIn(said) ?? next);
      if (steps.length > 12) steps.push(said);
    }
    throw new Error(`${word} never came home: ${steps.join('; ')}`);
  };

  return {
    ...{ ...our, isHome, carryOn },
    wish: (word) => toy.write('word.txt', word),
    threeMinutesLater: () =>
      our.asUser(`for at in '${our.remoteDir}'/runs/*/.slurm-runner/attempt-*; do
        [ -s "$at/job_id" ] || ! [ -e "$at/intent" ] || echo $(($(date +%s) - 200)) >"$at/intent"; done`),
  };
}

/** Each job began once in every run, and Slurm knows of as many as were handed in. Gives what there was in words. */
export async function allIsWell(scenes: readonly FlowToy[], sbatch: CallCounter): Promise<string> {
  const rows = (await Promise.all(scenes.map((our) => our.accounts()))).flat();
  const once = Object.fromEntries(JOBS.map((job) => [job, 1]));
  let count = 0;
  for (const our of scenes) {
    const notes = await our.notes();
    const runs = new Set(notes.map(({ run }) => run));
    for (const run of runs) expect(beginnings(notes.filter((note) => note.run === run)), run).toEqual(once);
    count += runs.size;
  }
  expect(rows.filter(({ state }) => state === 'COMPLETED')).toHaveLength(count * JOBS.length);
  expect(rows.filter(({ state }) => !/^(COMPLETED|CANCELLED)/.test(state))).toEqual([]);
  expect(rows).toHaveLength(sbatch.count('sbatch'));
  return `${rows.length} jobs by as many calls of sbatch, ${count} runs, 0 begun twice, 0 lost`;
}
