/** The recipe of an image: what changes it, and the script that finishes the image from inside, run for real. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Image } from '../../src/conf/types.ts';
import { recipeOf } from '../../src/image/recipe.ts';

let root: string;
const image = (about: Partial<Image> = {}): Image => ({
  ...{ name: 'lab', runtime: 'enroot', buildOn: 'login', env: {}, tag: 'lab:latest', settings: new Map() },
  ...about,
});

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'recipe-'));
  writeFileSync(join(root, 'r.txt'), "numpy>=1 # isn't it\n");
  writeFileSync(join(root, 'setup.sh'), '#!/bin/sh\necho "$0" >here\n');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the digest', () => {
  const base = 'registry docker://python:3.10';
  const digest = (about: Partial<Image> = {}, line = base, contents?: string) =>
    recipeOf(root, image(about), line, contents).digest;

  it('is that of the same recipe every time, though each build has an identity of its own', () => {
    const [one, two] = [recipeOf(root, image(), base), recipeOf(root, image(), base)];
    expect(one.digest).toBe(two.digest);
    expect(one.files.identity).not.toBe(two.files.identity);
  });

  it('is another with another base, packages, set-up, variable or runtime', () => {
    const all = [
      digest(),
      digest({}, 'registry docker://python:3.11'),
      digest({ requirements: 'r.txt' }),
      digest({ setup: 'setup.sh' }),
      digest({ env: { A: '1' } }),
      digest({ env: { A: '2' } }),
      digest({ runtime: 'apptainer' }),
      digest({}, base, 'sha256:1'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('where contents are known the place they lie in does not count', () => {
    expect(digest({}, 'archive /a', 'x')).toBe(digest({}, 'archive /b', 'x'));
  });
});

describe('the script that finishes it', () => {
  const run = (about: Partial<Image>) => {
    const { files } = recipeOf(root, image(about), 'file /x');
    // Its own /etc and /tmp: a folder instead of a root.
    const inside = mkdtempSync(join(tmpdir(), 'inside-'));
    const script = (files['finish.sh'] as string).replace(/\/(etc|tmp)\//g, `${inside}/`);
    writeFileSync(
      join(inside, 'pip'),
      '#!/bin/sh\n[ "$1" = --version ] || { echo "$*" >>"$OUT"; cat "$3" >>"$OUT"; }\n',
      { mode: 0o755 },
    );
    writeFileSync(join(inside, 'environment'), 'A=old\nB=kept\nAA=kept too\n');
    const env = { PATH: `${inside}:/usr/bin:/bin`, OUT: join(inside, 'out') };
    for (const python of ['python', 'python3', 'pip3'])
      writeFileSync(join(inside, python), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    execFileSync('sh', ['-c', script], { env });
    const shown = execFileSync('sh', ['-c', 'cat out 2>/dev/null; cat environment slurm-runner-image; ls'], {
      cwd: inside,
    }).toString();
    rmSync(inside, { recursive: true, force: true });
    return { shown, identity: files.identity as string };
  };

  it('installs the packages as they were written, quotes and all', () => {
    expect(run({ requirements: 'r.txt' }).shown).toContain("install -r r.txt\nnumpy>=1 # isn't it\n");
  });

  it('sets variables in place of the base\u2019s, and leaves its identity and nothing else', () => {
    const { shown, identity } = run({ env: { A: 'new "x" $y' } });
    expect(shown).toContain('B=kept\nAA=kept too\nA=new "x" $y\n');
    expect(shown).not.toContain('A=old');
    expect(shown).toContain(`${identity}\nenvironment\npip\npip3\npython\npython3\nslurm-runner-image\n`);
  });
});
