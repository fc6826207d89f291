/**
 * slurm.mk: what is typed after `make` reaches a script as it was typed, and nothing else does; a project's own rules and
 * variables are left alone. OLD_MAKE=/path/to/make-3.81 runs all of it with that make too: macOS ships 3.81, Debian has no
 * package of it, so here the list of its functions and directives has to do (GNU make's NEWS, "Version 3.82" and later).
 */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imageKeys } from '../../src/conf/image-keys.ts';
import { clusterKeys, controlVariables, profileKeyNames } from '../../src/conf/keys.ts';

const SLURM_MK = join(import.meta.dirname, '../../slurm/slurm.mk');
const MAKES = ['make', ...(process.env.OLD_MAKE ? [process.env.OLD_MAKE] : [])];

const PROBE = `const names = (process.env.SR_CLI ?? '').split(' ').filter(Boolean);
console.log(JSON.stringify(Object.fromEntries(names.map((name) => [name, process.env[name] ?? null]))));
`;

const MAKEFILE = `include TOOLKIT/slurm/slurm.mk
MINE = from the file
mine:
\t@printf '%s\\n' '$(MINE)' '$(OTHER)'
train: slurm-full
sub:
\t@$(MAKE) --no-print-directory -C deeper slurm-push
defaults:
\t@echo '$(PYTHON) $(ACCOUNT)'
`;

describe.each(MAKES)('slurm.mk with %s', (make) => {
  let top: string;
  let root: string;

  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), text);
  };

  beforeAll(() => {
    top = mkdtempSync(join(tmpdir(), 'make-'));
    root = join(top, 'a project');
    // A toolkit whose scripts say what they were given.
    write('toolkit/slurm/slurm.mk', readFileSync(SLURM_MK, 'utf8'));
    write('toolkit/package-lock.json', '{}');
    for (const name of ['push', 'full', 'run', 'profiles']) write(`toolkit/dist/scripts/${name}.js`, PROBE);
    write('toolkit/package.json', '{"type":"commonjs"}');
    write('toolkit/dist/built', '');
    utimesSync(join(top, 'toolkit/package-lock.json'), 1, 1);
    write('a project/Makefile', MAKEFILE.replace('TOOLKIT', join(top, 'toolkit')));
    write('a project/deeper/Makefile', MAKEFILE.replace('TOOLKIT', join(top, 'toolkit')));
  });
  afterAll(() => rmSync(top, { recursive: true, force: true }));

  const run = async (words: string[], env: Record<string, string> = {}) => {
    const clean = { PATH: process.env.PATH, HOME: top, ...env };
    return execa(make, words, { cwd: root, env: clean, extendEnv: false, reject: false, stripFinalNewline: false });
  };
  const given = async (words: string[], env: Record<string, string> = {}): Promise<Record<string, string>> => {
    const { stdout, stderr, exitCode } = await run(words, env);
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(stdout);
  };

  const hostile = {
    ARGS: `a 'b' "c" $HOME $$ \${HOME} \`touch canary\` $(shell touch canary) $(touch canary) \\ # ; & | > x`,
    PROFILE: '$(error stop)\nsecond line\n\ttab\n',
    SBATCH_COMMENT: 'it\'s 100% "sure"',
    NOT_OURS: '$(shell touch canary) $x',
  };
  const words = Object.entries(hostile).map(([name, value]) => `${name}=${value}`);
  const canaries = async () => (await execa('find', [top, '-name', 'canary*'])).stdout;

  test.each([
    ['a target', ['slurm-push']],
    ["a rule of the project's own that needs one", ['train']],
    ['a make inside a make', ['sub']],
  ])('quotes, $, backticks and newlines arrive as typed: %s', async (_, targets) => {
    // Exported to a rule of the project's own (`sub`), the project's own variable means what make says it means.
    const typed = targets[0] === 'sub' ? words.filter((word) => !word.startsWith('NOT_OURS')) : words;
    const { NOT_OURS: _own, ...ours } = hostile;
    expect(await given(['--no-print-directory', ...targets, ...typed])).toEqual(targets[0] === 'sub' ? ours : hostile);
    expect(await canaries()).toBe('');
  });

  test('any value arrives as typed (make itself drops blanks in front)', async () => {
    let count = 0;
    const value = fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => !text.includes('\0'));
    const spiced = fc
      .array(
        fc.oneof(value, fc.constantFrom('$(', ')', '$', '#', '\\', '\n', "'", '"', '`', '%', '=', ':', ',', 'é', '🎈')),
      )
      .map((parts) => parts.join('').trimStart());
    await fc.assert(
      fc.asyncProperty(spiced, spiced, spiced, async (args, profile, own) => {
        count += 3;
        const typed = { ARGS: args, PROFILE: profile, SBATCH_X: own, OWN: own };
        const words = Object.entries(typed).map(([name, text]) => `${name}=${text}`);
        expect(await given(['slurm-run', ...words])).toEqual(typed);
      }),
      { numRuns: 40 },
    );
    console.log(`${make}: ${count} random values arrived as typed`);
  });

  test("the environment's variables of the same names don't count", async () => {
    const env = {
      YES: '1',
      FORCE: '1',
      LINES: '24',
      ACCOUNT: 'x',
      PYTHON: '/usr/bin/python2',
      PROFILE: 'p',
      SR_CLI: 'YES',
    };
    expect(await given(['slurm-push'], env)).toEqual({});
    expect(await given(['-e', 'slurm-push', 'TAG=t'], env)).toEqual({ TAG: 't' });
    expect(await given(['slurm-push', 'PROFILE=q'], env)).toEqual({ PROFILE: 'q' });
    expect((await run(['defaults'], env)).stdout).toBe('/usr/bin/python2 x\n');
  });

  test("a project's own variables and default goal are untouched", async () => {
    expect((await run([])).stdout).toBe('from the file\n\n');
    expect((await run(['mine', 'MINE=$(OTHER)s', 'OTHER=a$$b'])).stdout).toBe('a$bs\na$b\n');
    expect((await run(['mine', 'OTHER=x', 'PROFILE=$(OTHER)'])).stdout).toBe('from the file\nx\n');
  });

  test('make -n shows the command and runs nothing', async () => {
    const { stdout, exitCode } = await run(['-n', 'slurm-full', ...words]);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`exec node "${join(top, 'toolkit')}/dist/scripts/full.js"\n`);
    expect(await canaries()).toBe('');
  });

  test('two targets in one call get the same', async () => {
    const { stdout } = await run(['slurm-push', 'slurm-profiles', 'PROFILE=$p']);
    expect(stdout).toBe('{"PROFILE":"$p"}\n{"PROFILE":"$p"}\n');
  });
});

describe('slurm.mk as text', () => {
  const text = readFileSync(SLURM_MK, 'utf8').replace(/^#.*\n/gm, '');

  test('it knows every key and control variable by name', () => {
    const [, list = ''] = /^SR_VARS := ((?:.*\\\n)*.*)$/m.exec(text) ?? [];
    const named = list.split(/[\s\\]+/).filter(Boolean);
    const ofProfiles = profileKeyNames.filter((key) => !/^SBATCH_/.test(key));
    // SETUP and TAG are words of images and of something else.
    const all = new Set([...controlVariables, ...clusterKeys.keys(), ...ofProfiles, ...imageKeys.keys()]);
    expect(named.sort()).toEqual([...all, 'SBATCH_%'].sort());
  });

  test('it uses nothing that GNU make 3.81 does not have', () => {
    // "Functions for Transforming Text" of the manual of 3.81.
    const known =
      'subst patsubst strip findstring filter filter-out sort word wordlist words firstword lastword dir notdir suffix basename addsuffix addprefix join wildcard realpath abspath if or and foreach call value eval origin flavor shell error warning info'.split(
        ' ',
      );
    const used = new Set([...text.matchAll(/\$\(([a-z][a-z-]*)[ ,]/g)].map((match) => match[1] as string));
    expect([...used].filter((name) => !known.includes(name))).toEqual([]);
    // 3.82: private, undefine, .ONESHELL, .RECIPEPREFIX, .SHELLFLAGS, `define x =`; 4.0: `!=`, `::=`, file, guile; 4.2:
    // .SHELLSTATUS; 4.3: `&:`, .EXTRA_PREREQS; 4.4: let, intcmp, .NOTPARALLEL with prerequisites, .WAIT.
    const newer =
      /!=|::=|&:|^\s*(private|undefine|define)\b|\.(ONESHELL|RECIPEPREFIX|SHELLFLAGS|SHELLSTATUS|EXTRA_PREREQS|WAIT|NOTPARALLEL)/m;
    expect(text).not.toMatch(newer);
    console.log(`slurm.mk uses ${[...used].sort().join(', ')}: all of GNU make 3.81`);
  });
});
