/** When a connection is dialled, by a stand-in for ssh whose every login is refused. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sshHost } from '../../src/host/ssh.ts';
import { until } from '../kit/toy.ts';

const { HOME, PATH } = process.env;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dial-'));
  const refuses = `echo >>'${folder}/dialled'; echo 'u@h: Permission denied (password).' >&2; exit 255`;
  const script = `#!/bin/sh\ncase " $* " in *" -fNM "*) ${refuses} ;; *" -G "*) echo 'hostname h' ;; esac\n`;
  writeFileSync(join(folder, 'ssh'), script, { mode: 0o755 });
  Object.assign(process.env, { HOME: folder, PATH: `${folder}${delimiter}${PATH}` });
});
afterAll(() => {
  Object.assign(process.env, { HOME, PATH });
  rmSync(folder, { recursive: true });
});

const dialled = (): number => readFileSync(join(folder, 'dialled'), 'utf8').length;

test('a refusal of what was dialled ahead is told to the first who uses it; who tries again dials again', async () => {
  const host = sshHost('h');
  await host.connect();
  await until('it was refused', () => readdirSync(join(folder, '.ssh')).length === 0);
  await host.connect();
  const use = () => host.run({ files: [], args: [] });
  await expect(use()).rejects.toMatchObject({ exit: 3, problems: [{ kind: 'login-refused' }] });
  expect(dialled()).toBe(1);
  await expect(use()).rejects.toMatchObject({ exit: 3 });
  expect(dialled()).toBe(2);
});
