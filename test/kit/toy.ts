/** A project of a made-up user, in a folder of its own, with make and the toolkit as a person would use them. */

import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Document } from './document.ts';

export const TOOLKIT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** The end of a target: our own exit code, for make turns each into 2, and the document of JSON=1. */
export interface Ended {
  exit: number;
  stdout: string;
  stderr: string;
  json: Document;
}

/** A target that is still running; resolves when it has ended, whatever its exit code. */
export type Running = ChildProcess & PromiseLike<{ exitCode?: number; stdout: string; stderr: string }>;

export interface Toy {
  root: string;
  /** Writes a file of the project; folders are made. */
  write(path: string, text: string | Buffer, mode?: number): void;
  read(path: string): string;
  has(path: string): boolean;
  /** Writes slurm/profiles/NAME.conf. */
  profile(name: string, lines: string): void;
  /** `make TARGET …` with JSON=1: what a program sees. */
  json(target: string, variables?: Record<string, string>): Promise<Ended>;
  /** `make TARGET …`: what a person sees. */
  make(target: string, variables?: Record<string, string>): Promise<Omit<Ended, 'json'>>;
  /** The same, still running; kill it, feed it, or wait for it. `group`: in a process group of its own, to be killed with all it started. */
  start(target: string, variables?: Record<string, string>, group?: boolean): Running;
  remove(): void;
}

/** Makes a project in `folder` whose cluster.conf has these lines. `environment` is what make runs in, such as TestCluster.env(). */
export function makeToy(
  clusterConf: string,
  environment: NodeJS.ProcessEnv = process.env,
  folder: string = tmpdir(),
): Toy {
  const root = mkdtempSync(join(folder, 'toy-'));
  const write = (path: string, text: string | Buffer, mode = 0o644): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  };
  const temporary = `${root}.tmp`;
  mkdirSync(temporary);
  write('Makefile', `include ${TOOLKIT}/slurm/slurm.mk\n`);
  write('slurm/cluster.conf', clusterConf);
  const start: Toy['start'] = (target, variables = {}, group = false) => {
    const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    // Of its own, for a test may kill what would have cleared up.
    const env = { TMPDIR: temporary, ...environment, MAKEFLAGS: undefined, MAKELEVEL: undefined, SR_CLI: undefined };
    return execa('make', ['--no-print-directory', target, ...words], {
      ...{ cwd: root, env, extendEnv: false, reject: false, stdin: 'ignore', cleanup: true, detached: group },
    }) as unknown as Running;
  };
  const make: Toy['make'] = async (target, variables = {}) => {
    const result = await start(target, variables);
    const said = /\*\*\* \[.*\] Error (\d+)/.exec(String(result.stderr))?.[1];
    const exit = result.exitCode === 0 ? 0 : Number(said ?? result.exitCode ?? 255);
    return { exit, stdout: String(result.stdout), stderr: String(result.stderr) };
  };
  return {
    ...{ root, write, start, make },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    has: (path) => existsSync(join(root, path)),
    profile: (name, lines) => write(`slurm/profiles/${name}.conf`, lines),
    json: async (target, variables = {}) => {
      const ended = await make(target, { ...variables, JSON: '1' });
      return { ...ended, json: JSON.parse(ended.stdout) };
    },
    remove: () => {
      // What a command broken off has left running may still write its last word.
      for (const path of [root, temporary]) removeTree(path);
    },
  };
}

/** A folder in which something may still be writing: rmSync's own retries look at what is there only once. */
export function removeTree(path: string): void {
  for (let left = 20; ; left--) {
    try {
      rmSync(path, { recursive: true, force: true });
      return;
    } catch (error) {
      if (left === 0 || (error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
}

/** Waits until `condition` gives something; throws with `what` after `seconds`. */
export async function until<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  seconds = 60,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const begun = performance.now();
    const result = await condition();
    if (result !== undefined && result !== false) return result as T;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain: ${what}`);
    // Most of the time is left to what is waited for, and to the tests beside.
    const pause = Math.min(Math.max(50, 2 * (performance.now() - begun)), 500);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
