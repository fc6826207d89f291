/** Jobs of the default template, really run by bash in a run directory whose name is hostile. */

import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Profile } from '../../src/conf/types.ts';
import { parseHeader } from '../../src/template/directives.ts';
import type { TemplateRun } from '../../src/template/values.ts';
import { defaultTemplate, makeProfile, renderFor } from './profile.ts';

export const PRINT_ARGS = `for arg; do printf '%s\\0' "$arg"; done\n`;

export const hostile = [
  "it's",
  '"',
  '$HOME',
  '$(touch pwned)',
  '`touch pwned`',
  'a b',
  '',
  '\n',
  '\\',
  '-e',
  '*',
  '~',
  '#',
  '!',
  '한국어',
  '; exit 9',
  '&',
];

export function makeJobs() {
  const root = mkdtempSync(join(tmpdir(), 'default-template-'));
  const runDir = join(root, "runs/it's $(touch pwned) `touch pwned`");
  const file = (...path: string[]) => join(root, ...path);

  write(join(runDir, 'args.sh'), PRINT_ARGS);
  write(join(runDir, 'sub/args'), `#!/bin/sh\n${PRINT_ARGS}`);
  // Stands in for Python: a program that gets a script and its arguments.
  write(join(runDir, 'py'), `#!/bin/sh\nprintf 'py\\0'; ${PRINT_ARGS}`);
  // And this for srun: it shows what it was given, among it the environment that matters.
  write(file('bin/srun'), `#!/bin/sh\nprintf 'srun\\0%s\\0' "$SRUN_CPUS_PER_TASK\${SLURM_EXPORT_ENV-}"; ${PRINT_ARGS}`);

  return {
    root,
    runDir,
    file,
    remove: () => rmSync(root, { recursive: true, force: true }),

    render: (fields: Partial<Profile>, changes: Partial<TemplateRun> = {}, keys: Record<string, string> = {}) =>
      renderFor(defaultTemplate, makeProfile(fields, keys), {
        runDir,
        remoteDir: root,
        scheduler: 'local',
        ...changes,
      }),

    /** Runs a job script as its supervisor would: by the interpreter of its `#!`, with an environment of its own. */
    run(script: string, env: Record<string, string> = {}) {
      const { interpreter, args } = parseHeader(script, 'default.sbatch').shebang;
      const ran = spawnSync(interpreter, [...args, write(file('script'), script)], {
        encoding: 'utf8',
        env: { PATH: `${file('bin')}:${process.env.PATH}`, HOME: root, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return { code: ran.status, stderr: ran.stderr, stdout: ran.stdout, words: ran.stdout.split('\0').slice(0, -1) };
    },
  };
}

/** An executable file with its folders; gives its path. */
export function write(file: string, text: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}
