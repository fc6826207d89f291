/** The job script that `submit` makes, started as slurmstepd starts it, by every shell there is that may be a cluster's /bin/sh. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Profile } from '../../src/conf/types.ts';
import { jobText, type Rendered } from '../../src/run/render.ts';

/** Those of this machine that may be a cluster's /bin/sh. */
export const SHELLS = [['dash'], ['bash', '--posix'], ['busybox', 'sh'], ['ksh'], ['mksh'], ['yash']].filter(([name]) =>
  runs('sh', ['-c', `command -v ${name}`]),
);

export function runs(file: string, args: string[]): boolean {
  try {
    execFileSync(file, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Batch {
  run: string;
  /** The attempt's folder. */
  at: string;
  /** The TMPDIR that the site gives, shared by everybody. */
  tmp: string;
  /** Starts the job script, as slurmstepd does: without a terminal, in a session of its own. */
  start(environment?: Record<string, string>, owner?: number): { process: ChildProcess; ended: Promise<Ended> };
  /** Starts it and waits for its end. */
  life(environment?: Record<string, string>, owner?: number): Promise<Ended>;
  marker(name: string): string | undefined;
  /** Waits for the script's word that it has come so far: a file in the run directory. */
  reached(name: string): Promise<void>;
}

const folders: string[] = [];

/** To be called after all tests. */
export function removeBatches(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A run with one attempt, whose script is this text. */
export function batch(
  shell: readonly string[],
  script: string,
  env: Record<string, string> = {},
  interpreter = '/bin/sh',
): Batch {
  const root = mkdtempSync(join(tmpdir(), 'supervisor-'));
  folders.push(root);
  chmodSync(root, 0o755);
  // A path that hurts whoever forgets a quote.
  const run = join(root, `runs/a 'run' $HOME -20260102-030405`);
  const at = join(run, '.slurm-runner/attempt-1');
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, 'script'), script, { mode: 0o644 });
  const rendered = { header: { shebang: { interpreter, args: [] }, directives: [] } } as unknown as Rendered;
  const job = join(at, 'job.sh');
  writeFileSync(job, jobText(rendered, { env, sbatch: [], sbatchArgs: [] } as unknown as Profile, run, 1));
  // Folders of the jobs' own come here, where nothing is left behind of one that was killed.
  const tmp = join(root, 'tmp');
  mkdirSync(tmp);
  chmodSync(tmp, 0o1777);
  const start: Batch['start'] = (environment = {}, owner) => {
    const [file = '', ...args] = [...shell, job];
    const process_ = spawn(file, args, {
      ...{ cwd: '/', detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
      ...(owner === undefined ? {} : { uid: owner, gid: owner }),
      env: { PATH: process.env.PATH, SLURM_JOB_ID: '7', TMPDIR: tmp, ...environment },
    });
    let [stdout, stderr] = ['', ''];
    process_.stdout?.on('data', (chunk) => {
      stdout += chunk;
    });
    process_.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    const ended = new Promise<Ended>((resolve) => {
      process_.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    return { process: process_, ended };
  };
  return {
    ...{ run, at, tmp, start },
    life: (environment, owner) => start(environment, owner).ended,
    marker: (name) => (existsSync(join(at, name)) ? readFileSync(join(at, name), 'utf8').trimEnd() : undefined),
    reached: async (name) => {
      for (const end = Date.now() + 50_000; !existsSync(join(run, name)); ) {
        if (Date.now() > end) throw new Error(`the file ${name} never came`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}
