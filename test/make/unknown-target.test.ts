/**
 * A misspelt target: what is said of it, and that no rule or file of the project's own is taken for one. With
 * OLD_MAKE=/path/to/make-3.81 all of it with that make too.
 */

import { rmSync } from 'node:fs';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeToy, TOOLKIT, type Toy } from '../kit/toy.ts';

const MAKES = ['make', ...(process.env.OLD_MAKE ? [process.env.OLD_MAKE] : [])];

/** Rules with names like ours, after the include: a project's own, however it has come by them. */
const OWN = `
slurm-recipe:
\t@echo recipe
slurm-list-%: slurm-recipe
\t@echo list $*
%-report: slurm-recipe
\t@echo report $*
slurm-both: slurm-recipe slurm-tool.x
slurm-order: | slurm-recipe
.PHONY: slurm-phony
slurm-phony:
slurm-static slurm-fixed: slurm-%: ; @echo static $*
%.x: %.in
\t@echo made $@
all: slurm-data.x
`;

describe.each(MAKES)('a target that %s has no rule for', (program) => {
  let toy: Toy;

  beforeAll(async () => {
    await execa('make', ['--no-print-directory', `${TOOLKIT}/dist/built`], { cwd: TOOLKIT, reject: false });
    toy = makeToy('REMOTE_HOST=local\nREMOTE_DIR=.cluster\n');
    toy.write('Makefile', `${toy.read('Makefile')}${OWN}`);
    for (const name of ['slurm-file', 'slurm-built.sh', 'slurm-data.in', 'slurm-tool.in']) toy.write(name, 'true\n');
  });
  afterAll(() => toy.remove());

  const make = (...words: string[]) => {
    const env = { PATH: process.env.PATH, HOME: toy.root };
    return execa(program, ['--no-print-directory', ...words], { cwd: toy.root, env, extendEnv: false, reject: false });
  };
  const SAID = /^unknown target .*$/m;

  test.each([
    ['slurm-runs', 'unknown target slurm-runs; did you mean slurm-run? make slurm-help lists them'],
    ['slurm-stauts', 'unknown target slurm-stauts; did you mean slurm-status? make slurm-help lists them'],
    // What the names all begin with is no likeness.
    ['slurm-pull', 'unknown target slurm-pull; make slurm-help lists them'],
    ["slurm-'$x", "unknown target slurm-'$x; make slurm-help lists them"],
  ])('%s', async (target, said) => {
    const { exitCode, stdout, stderr } = await make(target, 'PROFILE=x');
    expect(SAID.exec(stderr)?.[0]).toBe(said);
    expect([exitCode, stdout]).toEqual([2, '']);
    // make's own message gives the script's code.
    expect(stderr).toMatch(/ Error 2$/m);
    expect((await make('-n', target)).exitCode).toBe(2);
  });

  test('with JSON=1 it is a document', async () => {
    const { exitCode, stdout } = await make('slurm-runs', 'JSON=1');
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      target: 'slurm-runs',
      exit: 2,
      problems: [{ kind: 'unknown-target', name: 'slurm-runs', nearest: 'slurm-run' }],
    });
  });

  test('among others: those before it are made', async () => {
    const { exitCode, stdout, stderr } = await make('slurm-recipe', 'slurm-runs', 'slurm-file');
    expect([exitCode, stdout, SAID.exec(stderr)?.[0]]).toEqual([2, 'recipe', expect.stringContaining('slurm-runs;')]);
  });

  test.each([
    ['a recipe', 'slurm-recipe', 'recipe'],
    ['a pattern', 'slurm-list-a', 'recipe\nlist a'],
    ['a pattern of another kind', 'slurm-weekly-report', 'recipe\nreport slurm-weekly'],
    ['prerequisites alone, one by a pattern', 'slurm-both', 'recipe\nmade slurm-tool.x'],
    ['an order alone', 'slurm-order', 'recipe'],
    ['a static pattern', 'slurm-static', 'static static'],
    ['a file made from another', 'slurm-data.x', 'made slurm-data.x'],
    ["a file that make's own rules know how to make", 'slurm-built', expect.stringContaining('cat slurm-built.sh')],
  ])('the project has %s: its own', async (_, target, said) => {
    const { exitCode, stdout, stderr } = await make(target);
    rmSync(`${toy.root}/slurm-built`, { force: true });
    expect(stderr).not.toMatch(SAID);
    expect([exitCode, stdout]).toEqual([0, said]);
  });

  test.each(['slurm-file', 'slurm-phony', 'slurm-data.in'])('nothing is to be done for %s', async (target) => {
    const { exitCode, stdout, stderr } = await make(target);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^(make|.*\/make): (Nothing to be done for|.*is up to date)/);
  });

  test("what was not typed is make's business", async () => {
    expect((await make('all')).stdout).toBe('made slurm-data.x');
    for (const target of ['slurm-no.file', 'no-slurm-run', 'slurm-a:b', 'slurm-%']) {
      const { exitCode, stderr } = await make(target);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining('No rule to make target')]);
    }
  });
});
