/** Sweeps on the real cluster: a project of its own whose tasks take note of themselves outside any run directory. */

import { expect } from 'vitest';
import type { CancelSweepResult } from '../../src/sweep/cancel.ts';
import type { CollectSweepResult } from '../../src/sweep/collect.ts';
import type { ResumeResult } from '../../src/sweep/resume.ts';
import type { StartResult } from '../../src/sweep/start.ts';
import type { CellStatus, SweepStatus } from '../../src/sweep/status.ts';
import type { TestCluster, User } from '../cluster/cluster.ts';
import { unique } from '../cluster/laptop.ts';
import { type Ended, makeToy, type Toy } from './toy.ts';

/** Of whichever target: a field is there if that target gives it. */
export type SweepDocument = { exit: number; problems: Ended['json']['problems'] } & Required<
  Omit<StartResult, 'cells' | 'dryRun'>
> &
  Pick<ResumeResult, 'submitted'> &
  Omit<SweepStatus, 'cells'> &
  Required<Omit<CollectSweepResult, 'dryRun'>> &
  Pick<CancelSweepResult, 'ids'> & { cells: CellStatus[]; dryRun?: boolean };

/** What a task wrote down when it began or ended. */
export interface Note {
  what: 'begin' | 'end';
  cell: number;
  /** `JOB_TASK`. */
  task: string;
  /** Nanoseconds. */
  at: bigint;
}

/**
 * What every task does. In $OUTSIDE tests say what is to become of it: while `wait.CELL` is there it goes on, then it ends with the code in
 * `fail.CELL`, or 0. While `slow` is there sbatch takes its time, to be seen.
 */
const TASK = `note() { echo "$1 $CELL \${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID $(date +%s%N)" >>"$OUTSIDE/notes"; }
note begin
n=0
while [ -e "$OUTSIDE/wait.$CELL" ] && [ $n -lt 450 ]; do n=$((n + 1)); sleep 0.2; done
sleep "\${PAUSE:-0}"
code=0
if [ -e "$OUTSIDE/fail.$CELL" ]; then code=$(cat "$OUTSIDE/fail.$CELL"); fi
echo "cell $CELL: $*"
. ./more.sh
note end
exit "$code"
`;

/** No srun: its steps would be most of what hundreds of such tasks cost this machine. */
const TEMPLATE = `#!/bin/sh
#SBATCH --mem=20M
cd {{ RUN_DIR | sh }} && exec sh task.sh {{ SCRIPT_ARGS }}
`;

export interface SweepToy {
  toy: Toy;
  remoteDir: string;
  asUser(command: string): Promise<string>;
  json(target: string, variables?: Record<string, string>): Promise<Omit<Ended, 'json'> & { json: SweepDocument }>;
  /** The same, and it has to end with `exit`. */
  good(target: string, variables?: Record<string, string>, exit?: number): Promise<SweepDocument>;
  /** Makes or removes what tests tell tasks by. */
  tell(shellText: string): Promise<string>;
  notes(): Promise<Note[]>;
  /** A line for each call of sbatch so far, with its arguments. */
  sbatches(): Promise<string[]>;
  /** What is in the queue of this project, a line each in squeue's `format`. */
  queue(format: string): Promise<string[]>;
  remove(): Promise<void>;
}

/** `more` is what tasks do besides; `environment` goes to make; cluster.conf gets `conf`. */
export async function sweepToy(
  cluster: TestCluster,
  { user = 'srt-bash' as User, host = 'srt', more = ':\n', conf = '', environment = {} } = {},
): Promise<SweepToy> {
  const remoteDir = cluster.remoteDir(user);
  const outside = `${cluster.home(user)}/outside-${unique()}`;
  const asUser = (command: string): Promise<string> => cluster.asUser(user, command);
  await asUser(`mkdir ${outside} && : >${outside}/notes && : >${outside}/sbatch`);
  const toy = makeToy(`REMOTE_HOST=${host}\nREMOTE_DIR=${remoteDir}\nPOLL_INTERVAL=1\nSBATCH_TIME=10\n${conf}`, {
    ...cluster.env(),
    ...environment,
  });
  toy.write('task.sh', TASK);
  toy.write('more.sh', more);
  toy.write('slurm/templates/task.sbatch', TEMPLATE);
  toy.profile('p', `TEMPLATE=task\nCODE_FILES="task.sh more.sh"\n[env]\nOUTSIDE=${outside}\n`);
  const unwrap = await cluster.wrap(
    user,
    'sbatch',
    `echo "$*" >>${outside}/sbatch\n[ ! -e ${outside}/slow ] || sleep 0.5\nexec "$REAL" "$@"`,
  );
  const lines = async (command: string): Promise<string[]> => (await asUser(command)).split('\n').filter(Boolean);
  const json: SweepToy['json'] = async (target, variables) => {
    const ended = await toy.json(target, variables);
    return { ...ended, json: ended.json as unknown as SweepDocument };
  };
  return {
    ...{ toy, remoteDir, asUser, json },
    good: async (target, variables, exit = 0) => {
      const ended = await json(target, variables);
      expect(ended.exit, `${target}: ${ended.stderr}${ended.exit > 1 ? ended.stdout : ''}`).toBe(exit);
      return ended.json;
    },
    tell: (text) => asUser(`cd ${outside} && ${text}`),
    notes: async () =>
      (await lines(`cat ${outside}/notes`)).map((line) => {
        const [what, cell, task = '', at = ''] = line.split(' ');
        return { what: what as Note['what'], cell: Number(cell), task, at: BigInt(at) };
      }),
    sbatches: () => lines(`cat ${outside}/sbatch`),
    queue: (format) => lines(`squeue -h -r -o '%Z|${format}' | grep -F '${remoteDir}/' | cut -d'|' -f2- || :`),
    remove: async () => {
      await unwrap();
      await asUser(
        `squeue -h -o '%A %Z' | grep -F ${remoteDir}/ | cut -d' ' -f1 | sort -u | xargs -r scancel; rm -rf ${outside}`,
      );
      toy.remove();
    },
  };
}

/** How many tasks ran at a time at most. One that was killed wrote no end, and is left out: when it was gone nobody knows. */
export function mostAtOnce(notes: readonly Note[]): number {
  let [now, most] = [0, 0];
  const over = new Set(notes.flatMap(({ what, task }) => (what === 'end' ? [task] : [])));
  const known = notes.filter(({ task }) => over.has(task));
  // What ends in the nanosecond in which another begins is before it.
  for (const { what } of known.sort((a, b) => (a.at === b.at ? (a.what === 'end' ? -1 : 1) : a.at < b.at ? -1 : 1))) {
    now += what === 'begin' ? 1 : -1;
    most = Math.max(most, now);
  }
  return most;
}

/** How often each cell began. */
export function beginnings(notes: readonly Note[]): Map<number, number> {
  const times = new Map<number, number>();
  for (const { what, cell } of notes) if (what === 'begin') times.set(cell, (times.get(cell) ?? 0) + 1);
  return times;
}
