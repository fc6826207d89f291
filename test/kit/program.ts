/** A program made of the project's own modules, that runs in processes of its own: many at once, and killed at any moment. */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import { TOOLKIT } from './toy.ts';

export interface Program {
  file: string;
  start(...args: string[]): ChildProcess;
}

/** Builds it in `folder`; its imports are relative to the repository. */
export async function makeProgram(folder: string, contents: string): Promise<Program> {
  const file = join(folder, 'program.mjs');
  const stdin = { contents, resolveDir: TOOLKIT, loader: 'ts' as const };
  const options = { bundle: true, platform: 'node', format: 'esm', outfile: file, logLevel: 'error' } as const;
  const banner = { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" };
  await build({ ...options, stdin, banner });
  return {
    file,
    start: (...args) => spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] }),
  };
}

/** Waits for its end, whatever that is. */
export const over = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once('exit', resolve));
