import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { Failure } from '../../src/failure.ts';
import { remoteText } from '../../src/host/program.ts';
import { quote } from '../../src/host/quote.ts';
import { filesOf, type StartedSweep } from '../../src/sweep/started.ts';
import { SHELLS } from '../remote/batch.ts';
import { RUN, rendered, started } from './rendered.ts';

const folder = mkdtempSync(join(tmpdir(), 'scripts-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What cell.sh makes of it: of each cell its script, and the environment that it is given. */
function asThere(
  shell: readonly string[],
  sweep: StartedSweep,
  each: string,
  cells: readonly number[],
  names: string[],
) {
  const run = mkdtempSync(join(folder, "run '$HOME' "));
  const meta = join(run, '.slurm-runner');
  mkdirSync(join(meta, 'attempt-2'), { recursive: true });
  for (const [name, text] of Object.entries(filesOf(sweep))) writeFileSync(join(meta, name), text);
  writeFileSync(join(meta, 'array-2'), '1 0-99 - scripts-2\n');
  writeFileSync(join(meta, 'scripts-2'), each);
  const variables = names.map((name) => `"\${${name}-unset}"`).join(' ');
  const script = `${remoteText('cell')}
sr_parameters=cells sr_run=${quote(run)} sr_at=$sr_run/.slurm-runner/attempt-2
for SLURM_ARRAY_TASK_ID in ${cells.map((cell) => cell - 1).join(' ')}; do
  (cell s && cat "$sr_script" && printf '\\0%s' ${variables} && printf '\\001')
done`;
  const [file = '', ...args] = shell;
  const said = execFileSync(file, [...args, '-c', script], {
    ...{ encoding: 'utf8', env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'inherit'] },
  });
  return said
    .split('\x01')
    .slice(0, -1)
    .map((one) => one.split('\0'));
}

describe('a script of its own for each cell', () => {
  // What awk, the format of the file, or echo would stumble over; no line ends.
  const piece = fc.oneof(
    fc.constantFrom('L x', 'C 1 1-3', 'C 2 0', '\\n', '%s', '', ' ', '-n', '$0', '&', "'", 'é漢🎈', '\t\\'),
    fc.string({ unit: fc.constantFrom(...'LC 12,-\\"\'$&%é') }),
  );
  const cell = fc.record({ A: piece, B: piece });

  test.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))('comes out whole by %s', async (_, shell) => {
    const template =
      '#!/bin/sh\n\nL first\n{{ A | safe }}\nC 1 2\n{{ B | safe }}{{ A | safe }}\n\n{{ A | safe }}\nend\n';
    const expected = ({ A, B }: { A: string; B: string }) =>
      `#!/bin/sh\n\nL first\n${A}\nC 1 2\n${B}${A}\n\n${A}\nend\n`;
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 2, maxLength: 8 }), async (values) => {
        const sweep = started([{ A: 'not sent', B: '' }, ...values]);
        const cells = values.map((_, at) => at + 1);
        const { script } = await rendered(template, sweep, cells);
        if (!('each' in script)) throw new Error('one for all');
        const names = ['A', 'B', 'SWEEP', 'CELL', 'CELL_NAME', 'RUN_NUMBER'];
        expect(asThere(shell, sweep, script.each, cells, names)).toEqual(
          values.map((one, at) => [expected(one), one.A, one.B, 's', String(at + 1), `${at + 1}-x`, String(at + 2)]),
        );
      }),
      { numRuns: 15 },
    );
  });

  test('lines that cells share are sent once', async () => {
    const long = Array.from({ length: 200 }, (_, at) => `# line ${at}\n`).join('');
    const values = Array.from({ length: 100 }, (_, at) => ({ A: String(at) }));
    const { script } = await rendered(`#!/bin/sh\n${long}echo {{ A }}\n${long}`, started(values));
    if (!('each' in script)) throw new Error('one for all');
    expect(script.each.length).toBeLessThan(3 * long.length);
  });
});

describe('groups', () => {
  const sweep = started([
    { M: 'a', N: '1' },
    { M: 'b', N: '1' },
    { M: 'a', N: '2' },
    { M: 'b', N: '2' },
  ]);

  test('one script and one group where the template asks for nothing of a cell', async () => {
    const { script, groups } = await rendered(
      '#!/bin/sh\n#SBATCH --mem=1G\necho "$M" {{ RUN_DIR }}\n',
      sweep,
      [0, 1, 3],
    );
    expect(script).toEqual({ all: `#!/bin/sh\n#SBATCH --mem=1G\necho "$M" ${RUN}\n` });
    expect(groups.map(({ cells }) => cells)).toEqual(['0-1,3']);
  });

  test.each([
    ['#SBATCH --mem={{ N }}G', ['0-1', '2-3']],
    ["{% if M == 'b' %}#SBATCH --gres=gpu:1{% endif %}", ['0,2', '1,3']],
    ['#SBATCH --mem={{ N }}G --comment={{ M }}', ['0', '1', '2', '3']],
    // These are the toolkit's to set.
    ['#SBATCH --job-name={{ M }} --output=x-{{ N }}.out', ['0-3']],
    ['# {{ CELL_NAME }}', ['0-3']],
  ])('by what of the header differs: %s', async (line, expected) => {
    const { groups } = await rendered(`#!/bin/sh\n${line}\necho {{ M }}\n`, sweep);
    expect(groups.map(({ cells }) => cells)).toEqual(expected);
  });
});

describe('args', () => {
  const words = async (args: string[], values: Record<string, string>): Promise<string[]> => {
    const sweep = started([values, values], { args });
    const { script } = await rendered(
      "#!/bin/sh\nprintf '%s\\0' {{ SCRIPT_ARGS }}\n",
      sweep,
      [1],
      'SCRIPT_ARGS=-v "1 2"\n',
    );
    if (!('each' in script)) throw new Error('one for all');
    const text = script.each
      .split('\n')
      .filter((line) => line.startsWith('L '))
      .map((line) => line.slice(2))
      .join('\n');
    return execFileSync('sh', ['-c', text], { encoding: 'utf8' }).split('\0').slice(0, -1);
  };

  test('are words of their own behind those of the profile, whatever a value is', async () => {
    const A = `it's "$HOME" \`id\` $(id) \\ ; {{ B }}`;
    expect(await words(['--a', '{{ A }}', 'x={{ A }}/{{ CELL_NAME }}', ''], { A })).toEqual([
      '-v',
      '1 2',
      '--a',
      A,
      `x=${A}/1-x`,
      '',
    ]);
  });

  test('filters, slices and comparisons have the value as it is, and what comes out of them may be anything', async () => {
    const A = `a/b/'$c'`;
    const asked = [
      "{{ A | replace('/', ';') }}",
      '{{ A[4:] }}',
      "{{ A.split('/')[2] }}",
      "{{ A ~ '|' ~ CELL }}",
      "{{ 'y' if '$' in A }}",
      '{{ A | first }}',
    ];
    expect((await words(asked, { A })).slice(2)).toEqual([`a;b;'$c'`, `'$c'`, `'$c'`, `${A}|1`, 'y', 'a']);
  });

  test('what is wrong is told by the line of the sweep file', async () => {
    const wrong = (args: string[]) =>
      rendered('#!/bin/sh\n{{ SCRIPT_ARGS }}\n', started([{ LR: '1' }], { args, argsLine: 7 }));
    for (const [word, kind] of [
      ['{{ LRR }}', 'undefined-variable'],
      ['{{ LR', 'template-syntax'],
      ['{{ LR | nosuch }}', 'unknown-filter'],
    ] as const) {
      const error = await wrong(['--lr', word]).catch((error: unknown) => error);
      if (!(error instanceof Failure)) throw error;
      expect(error.problems).toMatchObject([{ kind, place: { file: 'slurm/sweeps/s.yaml', line: 7 } }]);
    }
  });
});
