/** The removal killed at any moment: what is left goes by the same rules, and nothing else does. */

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '../../src/failure.ts';
import { programText } from '../../src/host/program.ts';
import { clearAway, fingerprint, folder, gone, here, layOut, makeRun, mine, NAME, remove, write } from './removal.ts';

beforeEach(layOut);
afterAll(clearAway);

describe('interrupted', () => {
  const bin = join(folder, 'bin');

  /** A `find` that ends the whole removal before, in the middle of or after one of its calls. */
  const shim = (call: number, when: 'before' | 'after'): void => {
    mkdirSync(bin, { recursive: true });
    const real = execFileSync('sh', ['-c', 'command -v find']).toString().trim();
    const kill = 'kill -s KILL "$PPID"';
    writeFileSync(
      join(bin, 'find'),
      `#!/bin/sh
n=$(cat '${bin}/n' 2>/dev/null || echo 0); n=$((n + 1)); echo $n >'${bin}/n'
if [ $n = ${call} ] && [ ${when} = before ]; then ${kill}; exit 1; fi
'${real}' "$@"; code=$?
if [ $n = ${call} ] && [ ${when} = after ]; then ${kill}; fi
exit $code
`,
    );
    chmodSync(join(bin, 'find'), 0o755);
    rmSync(join(bin, 'n'), { force: true });
  };

  test.each([
    [1, 'before'],
    [1, 'after'],
    [2, 'before'],
    [2, 'after'],
  ] as const)('at step %i, %s it: the rest goes by the same rules', async (call, when) => {
    const rest = fingerprint([mine]);
    const path = process.env.PATH;
    shim(call, when);
    process.env.PATH = `${bin}:${path}`;
    try {
      await expect(remove(NAME)).rejects.toThrow(Failure);
    } finally {
      process.env.PATH = path;
    }
    expect(gone()).toBe(false);
    expect(existsSync(here(mine, '.slurm-runner/manifest.json'))).toBe(true);
    expect(await remove(NAME)).toBeUndefined();
    expect([gone(), fingerprint()]).toEqual([true, rest]);
  });

  test('by a kill at any moment', async () => {
    const rest = fingerprint([mine]);
    let halves = 0;
    for (let round = 0; round < 8; round++) {
      if (gone()) makeRun(NAME);
      for (let n = 0; n < 400; n++) write(`${mine}/out/${n % 20}/${n}`, 'x');
      const args = [here(), NAME, here('slurm/executor'), '1'];
      const text = programText({ files: ['lib', 'process', 'local', 'remove'], args });
      const child = spawn('sh', ['-c', text], { stdio: 'ignore', detached: true });
      const over = new Promise((resolve) => child.once('exit', resolve));
      // From when it has begun to remove: the more files are gone, the later.
      const left = (): number => {
        try {
          return readdirSync(here(mine, 'out')).length;
        } catch {
          return 0; // it has gone
        }
      };
      while (child.exitCode === null && left() > 20 - round * 2) await new Promise((resolve) => setImmediate(resolve));
      if (child.exitCode === null) process.kill(-(child.pid as number), 'SIGKILL');
      await over;
      if (!gone()) halves += 1;
      expect(fingerprint([mine])).toBe(rest);
      expect(await remove(NAME)).toBeUndefined();
      expect([gone(), fingerprint()]).toEqual([true, rest]);
    }
    console.log(`remove: killed 8 times, ${halves} left something, all of it went by the same rules; nothing else did`);
  });
});
