/** The lock: one holder at a time, and none that is dead. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tryLock } from '../../src/host/lock.ts';
import { makeProgram, over, type Program } from '../kit/program.ts';

const base = mkdtempSync(join(tmpdir(), 'lock-'));
let root = '';
let count = 0;
beforeEach(() => {
  root = join(base, `project ${count++}`);
  mkdirSync(root);
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Enters, and looks whether it is alone there; some die inside. */
let program: Program;
beforeAll(async () => {
  program = await makeProgram(
    base,
    `
    import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
    import { tryLock } from './src/host/lock.ts';
    const [root, rounds] = process.argv.slice(2);
    for (let n = 0; n < Number(rounds); ) {
      const release = tryLock(root + '/lock');
      if (typeof release === 'number') { await new Promise((go) => setTimeout(go, Math.random() * 3)); continue; }
      n += 1;
      writeFileSync(root + '/inside', String(process.pid));
      if (Math.random() < 0.5) await new Promise((go) => setTimeout(go, 1));
      const alone = readFileSync(root + '/inside', 'utf8') === String(process.pid);
      appendFileSync(root + '/entered', (alone ? 'alone' : 'TOGETHER') + '\\n');
      if (n === Number(rounds)) process.kill(process.pid, 'SIGKILL');
      release();
    }`,
  );
});

describe('the lock', () => {
  test.each(['', 'x\n', '0\n', '-1\n', '99999999\n'])('that names no process alive is nobody’s: %j', (content) => {
    writeFileSync(join(root, 'lock'), content);
    const release = tryLock(join(root, 'lock'));
    expect(release).toBeTypeOf('function');
    if (typeof release === 'function') release();
    expect(existsSync(join(root, 'lock'))).toBe(false);
  });

  test("names somebody else's process: it is alive", () => {
    writeFileSync(join(root, 'lock'), '1\n');
    expect(tryLock(join(root, 'lock'))).toBe(1);
  });

  test('lets in one at a time of many processes, of which some die inside', async () => {
    const [crowd, rounds] = [8, 25];
    await Promise.all(Array.from({ length: crowd }, () => over(program.start(root, String(rounds)))));
    const entered = readFileSync(join(root, 'entered'), 'utf8').trimEnd().split('\n');
    const together = entered.filter((word) => word !== 'alone').length;
    console.log(`lock: ${entered.length} entries by ${crowd} processes, ${crowd} killed inside, ${together} not alone`);
    expect(together).toBe(0);
    expect(entered).toHaveLength(crowd * rounds);
  });
});
