/** A machine that has Node, make and POSIX's tools and nothing else, and the projects on it that run their jobs there. */

import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { makeToy, TOOLKIT, type Toy, until } from './toy.ts';

/** coreutils (those that sh scripts use), and what else POSIX promises of every machine; bash runs COMMAND and .sh scripts. */
const TOOLS = [
  ...['node', 'make', 'sh', 'bash', 'awk', 'sed', 'grep', 'find'],
  ...[
    'basename',
    'cat',
    'chmod',
    'cp',
    'cut',
    'date',
    'dirname',
    'echo',
    'env',
    'false',
    'head',
    'id',
    'ln',
    'ls',
    'mkdir',
  ],
  ...['mktemp', 'mv', 'od', 'printf', 'pwd', 'readlink', 'rm', 'rmdir', 'sleep', 'sort', 'stat', 'tail', 'tee', 'test'],
  ...['timeout', 'touch', 'tr', 'true', 'uname', 'uniq', 'wc'],
];

/** What is often there, and must not be needed. */
export const ABSENT = ['ssh', 'rsync', 'git', 'sbatch', 'squeue', 'python', 'python3', 'setsid', 'nohup', 'ps'];

/** Where a tool is on the machine that runs the tests. */
export function find(tool: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((place) => join(place, tool))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Goes on when the file `go` appears in its run directory; not for ever, should its test fail. */
const WAITS = 'n=0; until [ -e go ] || [ $n -gt 2000 ]; do n=$((n+1)); sleep 0.1; done';

export interface BareToy extends Toy {
  /** Names of the run directories that are there. */
  jobsLeft(): string[];
  /** Waits until the job's log has that text. */
  logHas(id: string, text: string): Promise<boolean>;
}

export interface BareMachine {
  folder: string;
  /** All there is on PATH. */
  bin: string;
  env: { PATH: string; HOME: string };
  /** A project with the profile `waits`, whose job says it has begun and waits for the file `go`. */
  toy(path?: string): BareToy;
  remove(): void;
}

/** Where the executor writes a job's output, within the project. */
export const log = (id: string): string => join('.cluster/slurm/logs', `${id}.out`);

export async function makeBareMachine(): Promise<BareMachine> {
  const folder = mkdtempSync(join(tmpdir(), 'bare-'));
  const bin = join(folder, 'bin');
  const env = { PATH: bin, HOME: join(folder, 'home') };
  mkdirSync(bin);
  mkdirSync(env.HOME);
  for (const tool of TOOLS) {
    const path = find(tool);
    if (path !== undefined) symlinkSync(path, join(bin, tool));
  }
  // The bundles are made here, where npm may be needed, not on the bare machine.
  await execa('make', ['--no-print-directory', join(TOOLKIT, 'dist/built')], { cwd: TOOLKIT, reject: false });
  return {
    ...{ folder, bin, env },
    toy: (path = bin) => {
      const toy = makeToy('REMOTE_HOST=local\nREMOTE_DIR=.cluster\nPOLL_INTERVAL=1\n', { ...env, PATH: path });
      toy.profile(
        'waits',
        `COMMAND="echo begun; ${WAITS}; mkdir -p out; echo r > out/r; echo done"\nRESULTS_PULL=out/\n`,
      );
      return {
        ...toy,
        jobsLeft: () => readdirSync(join(toy.root, '.cluster/runs')),
        logHas: (id, text) =>
          until(`${log(id)} says ${text}`, () => toy.has(log(id)) && toy.read(log(id)).includes(text)),
      };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
