/** The removal of a run of our own: it goes whole, and nothing that it links to, shares or lies beside. */

import { renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { clearAway, fingerprint, gone, here, layOut, makeRun, mine, NAME, OTHER, remove, write } from './removal.ts';

beforeEach(layOut);
afterAll(clearAway);

describe('a run of our own', () => {
  test('goes whole, and nothing else', async () => {
    const rest = fingerprint([mine]);
    expect(await remove(NAME)).toBeUndefined();
    expect(gone()).toBe(true);
    expect(fingerprint()).toBe(rest);
    // A second time: it is gone already, which is what was wanted.
    expect(await remove(NAME)).toBeUndefined();
  });

  test('is asked for by several at once, as after a lost answer: none of them complains', async () => {
    for (let round = 0; round < 12; round++) {
      const said = await Promise.all(
        [0, 8, 16, 24].map(async (milliseconds) => {
          await new Promise((resolve) => setTimeout(resolve, milliseconds + round));
          return remove(NAME);
        }),
      );
      expect(said).toEqual([undefined, undefined, undefined, undefined]);
      expect(gone()).toBe(true);
      makeRun(NAME);
    }
  }, 60_000);

  test('has a namesake in another folder whose job is alive: no hindrance', async () => {
    write(`another/runs/${NAME}/file`, '');
    const job = { state: 'RUNNING', submit: '1000', dir: here(`another/runs/${NAME}`), name: `pre-${NAME}` };
    for (const [field, text] of Object.entries(job)) write(`slurm/executor/1/${field}`, `${text}\n`);
    expect(await remove(NAME)).toBeUndefined();
    expect(gone()).toBe(true);
  });

  test('never takes what its links point to along', async () => {
    const links: [string, string][] = [
      ['data/raw', 'raw'],
      ['elsewhere', 'else'],
      ['elsewhere/precious', 'file'],
      [`runs/${OTHER}`, 'other'],
      ['.', 'everything'],
    ];
    for (const [target, name] of links) symlinkSync(here(target), here(mine, name));
    symlinkSync('../..', here(mine, 'up'));
    symlinkSync(here('elsewhere'), here(mine, '.slurm-runner/attempt-1/out'));
    const rest = fingerprint([mine]);
    expect(await remove(NAME)).toBeUndefined();
    expect([gone(), fingerprint()]).toEqual([true, rest]);
  });

  test('may have got a data folder of its own in the place of the link', async () => {
    unlinkSync(here(mine, 'data'));
    write(`${mine}/data/own`, 'x\n');
    const rest = fingerprint([mine]);
    expect(await remove(NAME)).toBeUndefined();
    expect([gone(), fingerprint()]).toEqual([true, rest]);
  });

  test('may have the data folder or the runs behind a link', async () => {
    renameSync(here('data'), here('elsewhere/data'));
    symlinkSync('elsewhere/data', here('data'));
    renameSync(here('runs'), here('elsewhere/runs'));
    symlinkSync('elsewhere/runs', here('runs'));
    const rest = fingerprint([`elsewhere/runs/${NAME}`]);
    expect(await remove(NAME)).toBeUndefined();
    expect([gone(), fingerprint()]).toEqual([true, rest]);
  });
});
