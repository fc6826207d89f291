import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Profile } from '../../src/conf/types.ts';
import { parseHeader } from '../../src/template/directives.ts';
import { hostile, makeJobs, PRINT_ARGS, write } from './jobs.ts';
import { argument } from './rendering.ts';

let jobs: ReturnType<typeof makeJobs>;
beforeAll(() => {
  jobs = makeJobs();
});
afterAll(() => {
  for (const dir of [jobs.root, jobs.runDir]) expect(existsSync(join(dir, 'pwned'))).toBe(false);
  jobs.remove();
});

describe('the command', () => {
  it.each<[string, Partial<Profile>, string[]]>([
    ['.py', { script: 'a b.py', python: './py' }, ['py', 'a b.py']],
    ['.py that looks like an option', { script: '-c.py', python: './py' }, ['py', './-c.py']],
    ['.sh', { script: 'args.sh' }, []],
    ['an executable file', { script: 'sub/args' }, []],
    ['COMMAND, which finds the arguments as "$@"', { command: 'printf "cmd\\0"\n./sub/args "$@"' }, ['cmd']],
  ])('gets every argument as it is: %s', async (_, fields, before) => {
    const { words, stderr, code } = jobs.run(await jobs.render({ ...fields, scriptArgs: hostile }));
    expect({ words, stderr, code }).toEqual({ words: [...before, ...hostile], stderr: '', code: 0 });
  });

  it('gets any argument as it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(argument, { maxLength: 6 }),
        fc.constantFrom('args.sh', 'x.py'),
        async (scriptArgs, script) => {
          const { words } = jobs.run(await jobs.render({ script, scriptArgs, python: './py' }));
          expect(words).toEqual(script === 'x.py' ? ['py', script, ...scriptArgs] : scriptArgs);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('may be any file, and any text is at worst a command that fails', async () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab \'"$`\\;&|<>(){}*?~#!-/=\n'), minLength: 1, maxLength: 12 });
    const name = text.filter((value) => !/^\/|\/$|\n|\/\/|^[./]+$/.test(value));
    await fc.assert(
      fc.asyncProperty(name, name, name, async (script, python, venv) => {
        const file = write(join(jobs.runDir, 'names', `${script}.sh`), PRINT_ARGS);
        expect(jobs.run(await jobs.render({ script: `names/${script}.sh`, scriptArgs: ['x'] })).words).toEqual(['x']);
        rmSync(file);
        expect(jobs.run(await jobs.render({ script: 'x.py', python: `/none/${python}` }))).toMatchObject({
          code: 127,
          stdout: '',
        });
        expect(jobs.run(await jobs.render({ script: 'x.py', venv }))).toMatchObject({ code: 1, stdout: '' });
      }),
      { numRuns: 15 },
    );
  });

  it.each([0, 3, 255])("'s exit code is the job's: %d", async (code) => {
    expect(jobs.run(await jobs.render({ command: `(exit 9)\nexit ${code}` })).code).toBe(code);
    expect(jobs.run(await jobs.render({ command: `exit ${code}`, setup: 'trap "printf bye" EXIT' }))).toMatchObject({
      code,
      stdout: 'bye',
    });
  });

  it('takes the place of the script, so that signals reach it', async () => {
    const script = `${await jobs.render({ command: 'echo $$' })}`;
    const ran = spawnSync('bash', ['-c', `echo $$; exec bash ${write(jobs.file('script'), script)}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH },
    });
    const [before, after] = ran.stdout.trim().split('\n');
    expect(after).toBe(before);
  });

  it('runs after SETUP, which may export and change the directory', async () => {
    const setup = 'export X="a  b"\ncd sub\nf() { echo "$1"; }; f setup # as written';
    expect(jobs.run(await jobs.render({ command: 'echo "$X"; ./args x', setup })).stdout).toBe('setup\na  b\nx\0');
  });

  it('does not run where the run directory is missing', async () => {
    const { code, stderr } = jobs.run(await jobs.render({ command: 'echo no' }, { runDir: jobs.file('gone') }));
    expect(code).not.toBe(0);
    expect(stderr).toContain('gone');
  });

  it('is missing from a profile that has none', async () => {
    await expect(jobs.render({})).rejects.toHaveProperty('problems', [
      { kind: 'unset-variable', name: 'SCRIPT', place: { file: 'slurm/templates/t.sbatch', line: expect.any(Number) } },
    ]);
  });
});

describe('under Slurm', () => {
  const slurm = { scheduler: 'slurm' } as const;

  it('goes through srun, with what srun no longer takes by itself', async () => {
    const script = await jobs.render({ script: 'a.py', scriptArgs: hostile }, slurm);
    const env = { SLURM_CPUS_PER_TASK: '4', SLURM_EXPORT_ENV: 'NONE' };
    expect(jobs.run(script, env).words).toEqual(['srun', '4', '--overlap', 'python', 'a.py', ...hostile]);
    expect(jobs.run(script).words.slice(0, 3)).toEqual(['srun', '', '--overlap']);
    const command = await jobs.render({ command: 'a "$X"\nb' }, slurm);
    expect(jobs.run(command).words).toEqual(['srun', '', '--overlap', 'bash', '-c', '--', 'a "$X"\nb']);
  });

  it('does not when it starts the tasks itself', async () => {
    expect(jobs.run(await jobs.render({ command: 'srun -n 2 x' }, slurm)).words).toEqual(['srun', '', '-n', '2', 'x']);
    write(join(jobs.runDir, 'steps.sh'), 'srun -n 4 "$@"\n');
    const steps = { script: 'steps.sh', scriptArgs: ['a b'] };
    expect(jobs.run(await jobs.render(steps, slurm)).words).toEqual(['srun', '', '-n', '4', 'a b']);
    const trapped = await jobs.render({ ...steps, setup: 'trap : EXIT' }, slurm);
    expect(jobs.run(trapped).words).toEqual(['srun', '', '-n', '4', 'a b']);
    expect(jobs.run(await jobs.render({ script: 'args.sh' }, slurm)).words.slice(2)).toEqual([
      '--overlap',
      'bash',
      'args.sh',
    ]);
  });

  it('sets nothing of its own but that logs are appended to', async () => {
    const { directives } = parseHeader(await jobs.render({ script: 'a.py' }, slurm), 't');
    expect(directives.flatMap(({ options }) => options)).toEqual([{ name: 'open-mode', value: 'append' }]);
  });
});
