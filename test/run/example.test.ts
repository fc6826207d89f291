/** runs.example shows what a run leaves: a real push and a real job must leave the same, file by file. */

import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeToy, TOOLKIT, type Toy } from '../kit/toy.ts';

const EXAMPLES = join(TOOLKIT, 'runs.example');
const name = readdirSync(EXAMPLES).find((entry) => /^hello-\d{8}-\d{6}$/.test(entry)) ?? '';
const example = join(EXAMPLES, name);

/** Everything below a folder with its kind, folders left out: git does not keep empty ones. */
function tree(root: string, folder = root): string[] {
  return readdirSync(folder)
    .flatMap((entry) => {
      const path = join(folder, entry);
      const stats = lstatSync(path);
      if (stats.isDirectory()) return tree(root, path);
      const kind = stats.isSymbolicLink() ? '@' : stats.mode & 0o100 ? '*' : '';
      return [relative(root, path) + kind];
    })
    .sort();
}

describe('runs.example', () => {
  let toy: Toy;
  let run = '';

  beforeAll(async () => {
    toy = makeToy('REMOTE_HOST=local\nREMOTE_DIR=.cluster\nSCHEDULER=local\n');
    for (const path of ['slurm/profiles/hello.conf', 'examples/hello.sh']) {
      toy.write(path, readFileSync(join(TOOLKIT, path)), lstatSync(join(TOOLKIT, path)).mode);
    }
    const pushed = await toy.json('slurm-run', { PROFILE: 'hello' });
    expect(pushed.exit, pushed.stderr).toBe(0);
    run = pushed.json.runDir ?? pushed.json.push.runDir;
    expect((await toy.json('slurm-watch', { PROFILE: 'hello' })).exit).toBe(0);
  });
  afterAll(() => toy.remove());

  const here = (path: string): string => readFileSync(join(example, path), 'utf8');
  const there = (path: string): string => readFileSync(join(run, path), 'utf8');

  test('holds the same files but the data link, which would lead nowhere', () => {
    expect([...tree(example), 'data@'].sort()).toEqual(tree(run));
  });

  test('holds the code as it is', () => {
    for (const path of tree(example).filter((entry) => entry.startsWith('examples/'))) {
      expect(here(path.replace('*', ''))).toBe(there(path.replace('*', '')));
    }
  });

  test('has a manifest of the same keys, for these files', () => {
    const [shown, real] = [here, there].map((read) => JSON.parse(read('.slurm-runner/manifest.json')));
    // Whether there is a git repository depends on the project.
    for (const manifest of [shown, real]) delete manifest.git;
    expect(Object.keys(shown)).toEqual(Object.keys(real));
    expect(shown.run).toBe(name);
    for (const key of ['profile', 'settings', 'env', 'files', 'tool']) expect(shown[key], key).toEqual(real[key]);
    expect(here('.slurm-runner/code')).toBe(there('.slurm-runner/code'));
  });

  test('has markers of the same form, and the same job', () => {
    for (const file of ['job_id', 'intent', 'begin', 'end']) {
      const form = (text: string): string =>
        text
          .replace(/\d+/g, '0')
          .replace(/(0 0 0) \S+/, '$1 NODE')
          .trimEnd();
      expect(form(here(`.slurm-runner/attempt-1/${file}`)), file).toBe(form(there(`.slurm-runner/attempt-1/${file}`)));
    }
    const [remote] =
      /^.*(?=\/runs\/)/.exec(/^cd (.*\/runs\/.*?) \|\|/m.exec(here('.slurm-runner/attempt-1/script'))?.[1] ?? '') ?? [];
    for (const file of ['script', 'job.sh']) {
      const plain = (text: string, dir: string): string => text.replaceAll(dir, 'RUN');
      expect(plain(here(`.slurm-runner/attempt-1/${file}`), `${remote}/runs/${name}`), file).toBe(
        plain(there(`.slurm-runner/attempt-1/${file}`), run),
      );
    }
  });

  test('is explained, file by file', () => {
    const text = readFileSync(join(EXAMPLES, 'README.md'), 'utf8');
    expect(text).toContain(name);
    for (const path of tree(example)) {
      const entry = path.replace(/[*@]$/, '');
      const word = entry.startsWith('.slurm-runner/') ? (entry.split('/').pop() as string) : entry;
      expect(text, word).toContain(word);
    }
    expect(existsSync(join(example, '.slurm-runner/secrets'))).toBe(false);
  });
});
