/** Projects whose sweeps are W&B's: the mock of its servers stands where .env says, what stands in for its agent on the jobs' PATH. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Toy } from './toy.ts';
import { agentScript, type MockWandb } from './wandb.ts';

/** As long as W&B has runs to give. */
export const CONFIG = `program: train.py
method: bayes
metric: {name: eval/loss, goal: minimize}
parameters:
  learning_rate: {distribution: log_uniform_values, min: 1e-6, max: 1e-4}
`;

/** Six runs. */
export const GRID = 'program: train.py\nmethod: grid\nparameters: {a: {values: [1, 2, 3]}, b: {values: [x, y]}}\n';

const SAYS = 'echo "agent $RUN_NUMBER of $WANDB_ENTITY/$WANDB_PROJECT/$SWEEP_ID at $WANDB_BASE_URL"';

/** Writes the profile `x`, the sweeps `bayes` and `grid`, and `.env`. The agent is pushed with the code. */
export function writeAgents(toy: Toy, { key, url }: MockWandb): void {
  toy.write('.env', `WANDB_API_KEY=${key}\nWANDB_BASE_URL=${url}\nWANDB_PROJECT=vla\n`);
  toy.write('train.py', 'print("the stand-in runs nothing")\n');
  toy.write('slurm/sweeps/bayes.yaml', CONFIG);
  toy.write('slurm/sweeps/grid.yaml', GRID);
  toy.profile('x', `SCRIPT=train.py\nCODE_FILES=bin/\nSETUP=export PATH="$PWD/bin:$PATH"; ${SAYS}\n`);
  toy.write('bin/wandb', agentScript(), 0o755);
}

/** The files below `folder` that have `text` in them, relative to it; of files and folders that come and go those that stay. */
export function filesWith(folder: string, text: string): string[] {
  const found: string[] = [];
  const visit = (path: string): void => {
    try {
      for (const entry of readdirSync(join(folder, path), { withFileTypes: true })) {
        const inner = join(path, entry.name);
        if (entry.isDirectory()) visit(inner);
        else if (entry.isFile() && has(join(folder, inner), text)) found.push(inner);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  };
  visit('');
  return found.sort();
}

function has(file: string, text: string): boolean {
  try {
    return readFileSync(file).includes(text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return false;
  }
}
