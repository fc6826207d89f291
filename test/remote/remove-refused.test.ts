/** What the removal refuses, whatever it is asked for and whatever lies there: then nothing at all has changed. */

import { chownSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '../../src/failure.ts';
import {
  clearAway,
  fingerprint,
  gone,
  here,
  layOut,
  makeRun,
  mine,
  NAME,
  OTHER,
  refused,
  remove,
  write,
} from './removal.ts';

beforeEach(layOut);
afterAll(clearAway);

describe('refused', () => {
  test.each([
    '',
    '.',
    '..',
    '../data',
    `../runs/${NAME}`,
    `${NAME}/`,
    `${NAME}/data`,
    `./${NAME}`,
    '/',
    '/tmp',
    '*',
    '~',
  ])('the name %j', (name) => refused(name, /not the name of a run/));

  test.each([
    `${NAME} `,
    ` ${NAME}`,
    `a ${NAME}`,
    `${NAME}\n${OTHER}`,
    '-rf',
    '--',
    '-e',
    '$(touch x)',
    "'",
    'ü',
    '%s\\n',
  ])('the name %j', (name) => refused(name, /not the name of a run/));

  test('any other name', async () => {
    const before = fingerprint();
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }).filter((name) => !name.includes('\0')),
        async (name) => {
          const why = await remove(name);
          expect(why === undefined || /not the name of a run|no manifest/.test(why)).toBe(true);
        },
      ),
      { numRuns: 25 },
    );
    expect(fingerprint()).toBe(before);
  });

  test('a folder without a manifest', async () => {
    unlinkSync(here(mine, '.slurm-runner/manifest.json'));
    await refused(NAME, /no manifest of its own/);
  });

  test.each([OTHER, `${NAME}0`, `x${NAME}`, NAME.replace('p-', 'P-'), ''])('the manifest of %j', async (whose) => {
    rmSync(here(mine), { recursive: true });
    makeRun(NAME, whose);
    await refused(NAME, /no manifest of its own/);
  });

  test('the manifest of a name that a pattern would take for this one', async () => {
    makeRun('a.b-20260102-030405', 'axb-20260102-030405');
    await refused('a.b-20260102-030405', /no manifest of its own/);
  });

  test('a name in the middle of a manifest, as in a diff that it holds', async () => {
    const text = `{\n  "run": "other-20260102-030405",\n  "diff": "+\\n  \\"run\\": \\"${NAME}\\","\n}\n`;
    write(`${mine}/.slurm-runner/manifest.json`, text);
    await refused(NAME, /no manifest of its own/);
  });

  test('a link, though it points to a run', async () => {
    symlinkSync(OTHER, here('runs/link-20260102-030405'));
    await refused('link-20260102-030405', /no directory/);
    makeRun('moved-20260102-030405');
    renameSync(here('runs/moved-20260102-030405'), here('elsewhere/moved'));
    symlinkSync('../elsewhere/moved', here('runs/moved-20260102-030405'));
    await refused('moved-20260102-030405', /no directory/);
    symlinkSync('/nowhere', here('runs/dangling'));
    await refused('dangling', /no directory/);
  });

  test('a file', async () => {
    write('runs/notes.txt', 'mine\n');
    await refused('notes.txt', /no directory/);
  });

  test.skipIf(process.getuid?.() !== 0)("somebody else's, though its manifest is right", async () => {
    chownSync(here(mine), 65534, 65534);
    await refused(NAME, /somebody else/);
  });

  test('where there are no runs', async () => {
    await refused(NAME, /no folder/, here('elsewhere'));
    await refused(NAME, /no folder/, '/no/such/folder');
  });

  test.each<[string, Record<string, string>]>([
    ['by its folder', { dir: 'HERE', name: 'another' }],
    ['by its name, where the scheduler does not say the folder', { dir: '', name: `pre-${NAME}` }],
    ['by its name, whatever the folder is called over there', { dir: '/elsewhere', name: `pre-${NAME}` }],
  ])('the run of a job that is alive: %s', async (_, fields) => {
    for (const [field, text] of Object.entries({ state: 'PENDING', submit: '1000', ...fields })) {
      write(`slurm/executor/1/${field}`, `${text.replace('HERE', here(mine))}\n`);
    }
    await refused(NAME, /job 1 still uses it/);
    // Another's job is none of its business.
    expect(await remove(OTHER)).toBeUndefined();
    const now = String(Math.floor(Date.now() / 1000));
    for (const [field, text] of Object.entries({ state: 'FAILED', end: now })) {
      write(`slurm/executor/1/${field}`, `${text}\n`);
    }
    expect(await remove(NAME)).toBeUndefined();
    expect(gone()).toBe(true);
  });

  test('a run that was submitted again since it was judged', async () => {
    mkdirSync(here(mine, '.slurm-runner/attempt-2'));
    await refused(NAME, /submitted again/);
    expect(await remove(NAME, here(), 2)).toBeUndefined();
    expect(gone()).toBe(true);
  });

  test('when the scheduler cannot be asked', async () => {
    write('slurm/executor', 'a file in the way\n');
    const before = fingerprint();
    await expect(remove(NAME)).rejects.toThrow(Failure);
    expect(fingerprint()).toBe(before);
    expect(gone()).toBe(false);
  });
});
