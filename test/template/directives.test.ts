import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../src/failure.ts';
import { parseHeader } from '../../src/template/directives.ts';
import type { TemplateProblem } from '../../src/template/problem.ts';

const file = 'slurm/templates/t.sbatch';

/** The options of a script that has these lines after its `#!`, as `[name, value]`. */
const options = (...lines: string[]) =>
  parseHeader(['#!/bin/bash', ...lines].join('\n'), file).directives.flatMap((directive) =>
    directive.options.map(({ name, value }) => (value === undefined ? [name] : [name, value])),
  );

function problemsOf(script: string): readonly TemplateProblem[] {
  try {
    parseHeader(script, file);
  } catch (error) {
    if (error instanceof Failure && error.exit === 2) return error.problems as readonly TemplateProblem[];
    throw error;
  }
  return [];
}

describe('the header of a job script', () => {
  it('comes apart into interpreter, directives and body', () => {
    const script = `#!/bin/bash -l
# A comment
#SBATCH --partition=gpu -N 2

#SBATCH --requeue
#PBS -l walltime=1:00:00
  #SBATCH --account=indented
 \t
x=1
#SBATCH --time=9
`;
    expect(parseHeader(script, file)).toEqual({
      shebang: { interpreter: '/bin/bash', args: ['-l'] },
      directives: [
        {
          line: 3,
          text: '#SBATCH --partition=gpu -N 2',
          options: [
            { name: 'partition', value: 'gpu' },
            { name: 'nodes', value: '2' },
          ],
        },
        { line: 5, text: '#SBATCH --requeue', options: [{ name: 'requeue' }] },
        { line: 6, text: '#PBS -l walltime=1:00:00', options: [] },
      ],
      header: '#!/bin/bash -l\n#SBATCH --partition=gpu -N 2\n#SBATCH --requeue\n#PBS -l walltime=1:00:00\n',
      body: 'x=1\n#SBATCH --time=9\n',
    });
  });

  it.each([
    ['#!/bin/sh', '/bin/sh', []],
    ['#! /usr/bin/env  python3 ', '/usr/bin/env', ['python3']],
    ['#!/usr/bin/env -S bash -e', '/usr/bin/env', ['-S bash -e']],
  ])('%j names the interpreter as the kernel reads it', (line, interpreter, args) => {
    expect(parseHeader(`${line}\n`, file).shebang).toEqual({ interpreter, args });
    expect(parseHeader(line, file).shebang).toEqual({ interpreter, args });
  });

  it.each(['', '\n', '# x\n#!/bin/bash', '#!', '#!  \necho', ' #!/bin/bash', 'echo'])(
    '%j has no interpreter',
    (script) => {
      const found = script.split('\n')[0];
      expect(problemsOf(script)).toEqual([{ kind: 'no-shebang', found, place: { file } }]);
    },
  );

  it.each([
    ['\n \n#!/bin/sh\necho', 't.sbatch', '/bin/sh'],
    ['echo', 'jobs/train.sh', '/bin/bash'],
    ['# what it does\n#SBATCH -n1\necho', 'jobs/train.bash', '/bin/bash'],
    ['#!/usr/bin/env zsh\necho', 'jobs/train.sh', '/usr/bin/env'],
  ])(
    'of %j in %s is run all the same: empty lines come of tags, and a .sh is for bash',
    (script, name, interpreter) => {
      const { shebang, header } = parseHeader(script, name);
      expect(shebang.interpreter).toBe(interpreter);
      expect(header).toMatch(/^#!\//);
    },
  );

  it('may be all there is', () => {
    expect(parseHeader('#!/bin/bash\n#SBATCH -n1', file)).toMatchObject({ body: '', directives: [{ line: 2 }] });
    expect(parseHeader('#!/bin/bash\necho', file)).toMatchObject({ body: 'echo', header: '#!/bin/bash\n' });
  });
});

describe('options', () => {
  it.each<[string, string[][]]>([
    [
      '#SBATCH --time=1:00 --time 2:00',
      [
        ['time', '1:00'],
        ['time', '2:00'],
      ],
    ],
    ['#SBATCH -p gpu', [['partition', 'gpu']]],
    ['#SBATCH -pgpu', [['partition', 'gpu']]],
    ['#SBATCH -p=gpu', [['partition', '=gpu']]],
    ['#SBATCH -Hc4', [['hold'], ['cpus-per-task', '4']]],
    ['#SBATCH -sHc 4', [['oversubscribe'], ['hold'], ['cpus-per-task', '4']]],
    ['#SBATCH -k -n2 -kno', [['no-kill'], ['ntasks', '2'], ['no-kill', 'no']]],
    ['#SBATCH --exclusive --exclusive=user --nice', [['exclusive'], ['exclusive', 'user'], ['nice']]],
    [
      '#SBATCH --part=gpu --ntasks-per-n 3',
      [
        ['partition', 'gpu'],
        ['ntasks-per-node', '3'],
      ],
    ],
    ['#SBATCH --mem=1G # --time=9', [['mem', '1G']]],
    ['#SBATCH --mem=1G#x --time=9', [['mem', '1G']]],
    [
      '#SBATCH --comment="a b" -J \'c "d"\'',
      [
        ['comment', 'a b'],
        ['job-name', 'c "d"'],
      ],
    ],
    ['#SBATCH --comment=a\' b\'"c"d', [['comment', 'a bcd']]],
    ['#SBATCH --comment=nvcr.io\\#x', [['comment', 'nvcr.io#x']]],
    ["#SBATCH --comment='a\\'b'", [['comment', "a'b"]]],
    ['#SBATCH\t--mem=1G', [['mem', '1G']]],
    ['#SBATCH--mem=1G', [['mem', '1G']]],
    [
      '#SBATCH --container-image=a/b:c --container-mounts /a:/b',
      [
        ['container-image', 'a/b:c'],
        ['container-mounts', '/a:/b'],
      ],
    ],
    ['#SBATCH --container-mount-home --no-requeue', [['container-mount-home'], ['no-requeue']]],
    ['#SBATCH hetjob', []],
    ['#SBATCH', []],
    ['## SBATCH --mem=1', []],
    ['# SBATCH --mem=1', []],
  ])('%s', (line, expected) => {
    expect(options(line)).toEqual(expected);
  });

  it('take their argument from the next line, as with sbatch', () => {
    expect(options('#SBATCH --mem', '# x', '#SBATCH 1G -n 2')).toEqual([
      ['mem', '1G'],
      ['ntasks', '2'],
    ]);
  });

  it.each([
    ['#SBATCH --time="3', 'quote'],
    ['#SBATCH -n1 : -n2', 'colon'],
    ['#SBATCH --time', 'argument'],
    ['#SBATCH -p', 'argument'],
    ['#SBATCH --comment=a b', 'word'],
    ['#SBATCHX --time=1', 'word'],
  ])('%s is refused', (text, reason) => {
    expect(problemsOf(`#!/bin/sh\n#SBATCH -n1\n${text}\n`)).toEqual([
      { kind: 'bad-directive', reason, text, place: { file } },
    ]);
  });
});

const hasSbatch = spawnSync('sbatch', ['--version']).error === undefined;

describe.skipIf(!hasSbatch)('beside the real sbatch', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'header-'));
    // sbatch reads the script before it talks to anybody, but wants a configuration first.
    writeFileSync(
      join(dir, 'slurm.conf'),
      'ClusterName=x\nSlurmctldHost=localhost\nNodeName=n\nPartitionName=p Nodes=ALL\n',
    );
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  /** What sbatch says at its most talkative; an option that does not exist makes it stop before it submits. */
  function sbatch(lines: string[]): string {
    const script = join(dir, 'job.sh');
    writeFileSync(script, ['#!/bin/bash', ...lines, '#SBATCH --no-such-option', ''].join('\n'));
    const env = { ...process.env, SLURM_CONF: join(dir, 'slurm.conf') };
    return spawnSync('sbatch', ['-vvvv', '--test-only', script], { encoding: 'utf8', env, timeout: 10_000 }).stderr;
  }

  it('the same words are found on a line', () => {
    const piece = fc.constantFrom('a', 'b=', '"', "'", '\\', ' ', '\t', '#', ':', 'ü', '$x', '`', '""');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        // The first word's `--comment=` keeps what follows from being an option of another kind.
        const line = `#SBATCH --comment=${pieces.join('')} --comment=end`;
        const said = sbatch([line]);
        const words = Array.from(said.matchAll(/argument "(.*)"$/gm), ([, word]) => word!);
        if (/Unmatched|Unexpected `:`/.test(said)) {
          expect(problemsOf(`#!/bin/sh\n${line}\n`)).toMatchObject([
            { reason: said.includes('Unmatched') ? 'quote' : 'colon' },
          ]);
          return;
        }
        expect(words.pop()).toBe('--no-such-option');
        const positional = words.filter((word) => !/^-/.test(word));
        const found = problemsOf(`#!/bin/sh\n${line}\n`);
        expect(found).toHaveLength(positional.length);
        if (found.length > 0) return;
        const comments = options(line).filter(([name]) => name === 'comment');
        const long = words.filter((word) => word.startsWith('--comment='));
        expect(comments.map(([, value = '']) => `--comment=${value}`)).toEqual(long);
      }),
      { numRuns: 150 },
    );
  });

  it('every letter takes an argument or not', () => {
    const help = execFileSync('sbatch', ['--help'], {
      encoding: 'utf8',
      env: { ...process.env, SLURM_CONF: join(dir, 'slurm.conf') },
    });
    const letters = Array.from(help.matchAll(/^ {2}-([A-Za-z]),? +--([a-z-]+)(=?)/gm), ([, letter, name, equals]) => ({
      letter: letter!,
      name: name!,
      argument: equals === '=',
    }));
    expect(letters.length).toBeGreaterThan(30);
    for (const { letter, name, argument } of letters) {
      expect(options(`#SBATCH -${letter}x`, '#SBATCH -n1')[0], letter).toEqual(
        argument || letter === 'k' ? [name, 'x'] : [name],
      );
    }
  });
});
