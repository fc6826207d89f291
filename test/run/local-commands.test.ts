/** What the commands say, ask and refuse with the embedded executor, end to end, through make. */

import {
  appendFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BareMachine, type BareToy, find, log, makeBareMachine } from '../kit/bare-machine.ts';
import { until } from '../kit/toy.ts';

describe('the embedded executor', () => {
  let machine: BareMachine;
  let toy: BareToy;

  beforeAll(async () => {
    machine = await makeBareMachine();
  });
  afterAll(() => machine.remove());

  beforeEach(() => {
    toy = machine.toy();
  });
  afterEach(() => toy.remove());

  test('a job whose interpreter is not there: it is named, and what to set', async () => {
    toy.write('code/x.py', 'print()\n');
    toy.profile('py', 'SCRIPT=code/x.py\n');
    const checked = await toy.json('slurm-check', { PROFILE: 'py' });
    expect(checked.exit).toBe(2);
    expect(checked.json.items).toContainEqual({ subject: 'python', verdict: 'bad', detail: 'python' });
    const { exit, json } = await toy.json('slurm-full', { PROFILE: 'py' });
    expect(exit).toBe(1);
    for (const { verdict } of [json.watch, json.collect]) {
      expect(verdict).toMatchObject({
        ...{ state: 'FAILED', exitCode: 127 },
        notFound: { program: 'python', isPython: true },
      });
    }
    const { stdout } = await toy.make('slurm-watch', { PROFILE: 'py' });
    expect(stdout).toMatch(
      /^Job 1 FAILED.*: exit code 127, python was not found\.\n→ Set PYTHON=python3 in slurm\/profiles\/py\.conf/m,
    );
    // Given with the run and no longer, it was PYTHON all the same.
    const given = await toy.json('slurm-full', { PROFILE: 'py', TAG: 'a', PYTHON: 'python3.99' });
    expect(given.json.collect.verdict.notFound).toEqual({ program: 'python3.99', isPython: true });
    const again = await toy.json('slurm-collect', { PROFILE: 'py', TAG: 'a' });
    expect(again.json.verdict.notFound).toEqual({ program: 'python3.99', isPython: true });
    toy.profile('tool', 'COMMAND="echo a: b >&2; python x.py"\n');
    const tool = await toy.json('slurm-full', { PROFILE: 'tool' });
    expect(tool.json.collect.verdict.notFound).toEqual({ program: 'python', isPython: false });
  });

  test('REMOTE_DIR in the project: earlier runs are no code', async () => {
    toy.profile('all', 'COMMAND="find . -name first; mkdir -p out; echo r >out/r"\nCODE_FILES=.\nRESULTS_PULL=out/\n');
    toy.write('first', '');
    for (const id of ['1', '2']) {
      const { exit, stdout } = await toy.json('slurm-run', { PROFILE: 'all', TAG: `n${id}` });
      expect(exit, stdout).toBe(0);
      await toy.json('slurm-watch', { PROFILE: 'all', TAG: `n${id}` });
      expect(toy.read(log(id))).toBe('./first\n');
    }
    // The project itself: runs/ is beside its code.
    rmSync(join(toy.root, '.cluster'), { recursive: true });
    toy.write('slurm/cluster.conf', 'REMOTE_HOST=local\nREMOTE_DIR=.\nPOLL_INTERVAL=1\n');
    for (const id of ['1', '2']) {
      const { exit, json, stdout } = await toy.json('slurm-full', { PROFILE: 'all', TAG: `r${id}` });
      expect(exit, stdout).toBe(0);
      expect(json.push.files.filter((path: string) => /first|runs|executor/.test(path))).toEqual(['first']);
    }
  });

  test('a result named at the push comes home though the profile no longer names it', async () => {
    const command = 'COMMAND="mkdir -p out other; echo a >out/a; echo b >other/b"\n';
    toy.profile('named', `${command}RESULTS_PULL="other/ none/"\n`);
    await toy.json('slurm-run', { PROFILE: 'named' });
    await toy.json('slurm-watch', { PROFILE: 'named' });
    toy.profile('named', `${command}RESULTS_PULL=out/\n`);
    const { exit, stdout } = await toy.json('slurm-collect', { PROFILE: 'named' });
    expect(exit, stdout).toBe(0);
    expect([toy.read('out/a'), toy.read('other/b')]).toEqual(['a\n', 'b\n']);
  });

  test("a result that the push's command line named is waited for by collect too", async () => {
    toy.profile('named', 'COMMAND="mkdir output"\n');
    await toy.json('slurm-run', { PROFILE: 'named', RESULTS_PULL: 'out/' });
    await toy.json('slurm-watch', { PROFILE: 'named' });
    const refused = await toy.json('slurm-collect', { PROFILE: 'named' });
    expect(refused.json).toMatchObject({ exit: 4, problems: [{ kind: 'results-missing', paths: ['out/'] }] });
    expect((await toy.json('slurm-collect', { PROFILE: 'named', RESULTS_PULL: 'output/' })).exit).toBe(0);
  });

  test("slurm-clean leaves a fresh push alone, by the cluster's own clock", async () => {
    const { json } = await toy.json('slurm-push', { PROFILE: 'waits' });
    rmSync(join(toy.root, 'slurm/jobs'), { recursive: true });
    expect((await toy.json('slurm-clean', { YES: '1' })).json).toMatchObject({ removed: [], kept: [{ why: 'young' }] });
    const before = Date.now() / 1000 - 4000;
    utimesSync(join(json.runDir, '.slurm-runner/token'), before, before);
    expect((await toy.json('slurm-clean', { YES: '1' })).json.removed).toMatchObject([{ why: 'never-submitted' }]);
  });

  test('a removal that was broken off is finished, but not with DRY_RUN, and the job has failed all the same', async () => {
    toy.profile('bad', 'COMMAND="exit 3"\n');
    const { json } = await toy.json('slurm-full', { PROFILE: 'bad' });
    const meta = join(json.push.runDir, '.slurm-runner');
    renameSync(join(meta, 'pushed'), join(meta, 'removing'));
    rmSync(join(meta, 'attempt-1'), { recursive: true });
    const tried = await toy.json('slurm-collect', { PROFILE: 'bad', DRY_RUN: '1' });
    expect(tried.json).toMatchObject({ exit: 1, removed: false, dryRun: true });
    expect([existsSync(meta), toy.has('slurm/jobs/bad.rundir')]).toEqual([true, true]);
    const done = await toy.json('slurm-collect', { PROFILE: 'bad' });
    expect(done.json).toMatchObject({ exit: 1, removed: true, verdict: { state: 'FAILED', exitCode: 3 } });
    expect([existsSync(meta), toy.has('slurm/jobs/bad.rundir')]).toEqual([false, false]);
  });

  test('a resubmission that was broken off before it reached the scheduler goes on with slurm-submit', async () => {
    toy.profile('bad', 'COMMAND="echo ran; exit 3"\n');
    const { json } = await toy.json('slurm-full', { PROFILE: 'bad' });
    const attempt = join(json.push.runDir, '.slurm-runner/attempt-2');
    mkdirSync(attempt);
    writeFileSync(join(attempt, 'intent'), `${Math.floor(Date.now() / 1000) - 1000}\n`);
    expect((await toy.json('slurm-recover', { PROFILE: 'bad' })).json.recovered).toMatchObject([{ next: 'submit' }]);
    const again = await toy.json('slurm-submit', { PROFILE: 'bad' });
    expect(again.json).toMatchObject({ exit: 0, attempt: 2, jobId: '2', existing: false });
    expect((await toy.json('slurm-watch', { PROFILE: 'bad' })).json.verdict).toMatchObject({ exitCode: 3, jobId: '2' });
  });

  test('the end of a log that is larger than a string may be', async () => {
    toy.profile('big', 'COMMAND=true\n');
    toy.write('slurm/jobs/history.jsonl', `${JSON.stringify({ id: 'big', run: 'big-20260101-000000', jobId: '9' })}\n`);
    toy.write('slurm/logs/9.out', '');
    truncateSync(join(toy.root, 'slurm/logs/9.out'), 700_000_000);
    appendFileSync(join(toy.root, 'slurm/logs/9.out'), '\nbefore\nlast\n');
    const shown = await toy.json('slurm-log', { PROFILE: 'big', LINES: '2' });
    expect(shown.json.logs).toEqual([{ name: '9.out', size: 700_000_013, tail: 'before\nlast' }]);
  });

  test('what the command line said at the push holds for every job of that run, unless it says otherwise now', async () => {
    toy.write('says.sh', 'echo "says $*"; exit 3\n');
    toy.profile('says', 'SCRIPT=says.sh\nSCRIPT_ARGS=profile\nSBATCH_TIME=1:00\n');
    const said = async (target: string, variables: Record<string, string> = {}): Promise<string> => {
      const { json } = await toy.json(target, { PROFILE: 'says', ...variables });
      await toy.json('slurm-watch', { PROFILE: 'says' });
      return toy.read(log(json.jobId ?? json.submit.jobId)).trim();
    };
    await toy.json('slurm-push', { PROFILE: 'says', ARGS: "'a  b' $X", SBATCH_TIME: '2:00' });
    expect(await said('slurm-submit')).toBe('says a  b $X');
    expect((await toy.json('slurm-render', { PROFILE: 'says' })).json.options).toContain('--time=2:00');
    expect(await said('slurm-resubmit')).toBe('says a  b $X');
    expect(await said('slurm-resubmit', { SCRIPT_ARGS: 'now' })).toBe('says now');
    // Without a note of it here, as on another laptop, the manifest says it.
    rmSync(join(toy.root, 'slurm/jobs'), { recursive: true });
    await toy.json('slurm-recover', { PROFILE: 'says' });
    expect(await said('slurm-resubmit')).toBe('says a  b $X');
  });

  test.skipIf(find('script') === undefined).each([
    ['Ctrl-C', '\x03', 130],
    ['Ctrl-D', '\x04', 4],
    ['n', 'n\n', 4],
  ])('a question answered by %s', async (_, answer, exit) => {
    await toy.json('slurm-run', { PROFILE: 'waits' });
    const make = `${find('make')} --no-print-directory slurm-run PROFILE=waits`;
    const child = execa(find('script') as string, ['-qefc', make, '/dev/null'], {
      ...{ cwd: toy.root, env: machine.env, extendEnv: false, reject: false, stdin: 'pipe', timeout: 150_000 },
    });
    let [seen, asked] = ['', false];
    child.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (!asked && seen.includes('[y/N]')) child.stdin.write(answer);
      asked = seen.includes('[y/N]');
    });
    await child;
    expect(seen).toMatch(new RegExp(`Error ${exit}`));
    expect(seen).not.toContain('mistake in slurm-runner');
    expect(toy.jobsLeft()).toHaveLength(1);
    await toy.json('slurm-cancel', { JOB_ID: '1' });
  });

  test('interrupted, it still leaves one document', async () => {
    await toy.json('slurm-run', { PROFILE: 'waits' });
    const watching = toy.start('slurm-watch', { PROFILE: 'waits', JSON: '1' }, true);
    let seen = '';
    watching.stderr?.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
    });
    await until('it watches', () => /started|running/i.test(seen));
    process.kill(-(watching.pid as number), 'SIGINT');
    const { stdout } = await watching;
    expect(JSON.parse(stdout)).toMatchObject({ target: 'slurm-watch', exit: 130 });
    await toy.json('slurm-cancel', { JOB_ID: '1' });
  });

  test("a log of another cluster's job of the same id is kept beside", async () => {
    toy.write('slurm/logs/1.out', "another's\n");
    toy.profile('says', 'COMMAND="echo mine"\n');
    const { json } = await toy.json('slurm-full', { PROFILE: 'says' });
    expect(json.collect.gathered.kept).toEqual(['slurm/logs/1.out.local']);
    expect(toy.read('slurm/logs/1.out')).toBe('mine\n');
    expect(toy.read('slurm/logs/1.out.local')).toBe("another's\n");
  });

  test('slurm-check finds what a push would refuse', async () => {
    toy.profile('bad', 'COMMAND=true\nCODE_FILES=*.none\nSECRETS=NOT_THERE\n');
    const { json } = await toy.json('slurm-check', { PROFILE: 'bad' });
    expect(json).toMatchObject({ exit: 2, ok: false });
    expect(JSON.stringify(json.items)).toContain('*.none');
    expect((await toy.json('slurm-check', { PROFILE: 'wait' })).json.problems).toMatchObject([
      { kind: 'no-profile', nearest: 'waits' },
    ]);
  });

  test.each(['watch', 'log', 'collect', 'fetch'])(
    'slurm-%s of a misspelt profile names the nearest',
    async (target) => {
      const { exit, json } = await toy.json(`slurm-${target}`, { PROFILE: 'wait' });
      expect(exit).toBe(2);
      expect(json.problems).toMatchObject([{ kind: 'no-profile', nearest: 'waits' }]);
    },
  );

  test('DRY_RUN shows the script and its options, and does nothing', async () => {
    const { stdout } = await toy.make('slurm-full', { PROFILE: 'waits', DRY_RUN: '1' });
    expect(stdout).toMatch(/\[To be submitted\]\nsbatch --parsable \\\n +--job-name=waits-/);
    expect(stdout).toContain('#!/bin/bash');
    expect(stdout).toContain('Nothing was sent (DRY_RUN=1).');
    expect(toy.has('.cluster')).toBe(false);
  });

  test('recover finds a job whose state files were deleted', async () => {
    await toy.json('slurm-run', { PROFILE: 'waits' });
    await toy.logHas('1', 'begun');
    const runDir = toy.read('slurm/jobs/waits.rundir');
    rmSync(join(toy.root, 'slurm/jobs'), { recursive: true });
    const alive = await toy.json('slurm-recover', { PROFILE: 'waits' });
    expect(alive.json.recovered).toMatchObject([{ id: 'waits', jobId: '1', action: 'restored', next: 'watch' }]);
    expect([toy.read('slurm/jobs/waits.rundir'), toy.read('slurm/jobs/waits.jobid')]).toEqual([runDir, '1\n']);
    rmSync(join(toy.root, 'slurm/jobs'), { recursive: true });
    toy.write(join(runDir.trim().slice(toy.root.length), 'go'), '');
    const over = await until('the end', async () => {
      const { json } = await toy.json('slurm-recover', {});
      return json.recovered?.[0]?.next === 'collect' && json;
    });
    expect(over.recovered).toMatchObject([{ id: 'waits', jobId: '1', verdict: { state: 'COMPLETED' } }]);
    expect((await toy.json('slurm-collect', { PROFILE: 'waits' })).json).toMatchObject({ exit: 0, removed: true });
    expect(toy.read('out/r')).toBe('r\n');
  });

  test('what it cannot do it refuses before anything is sent', async () => {
    for (const option of ['DEPENDENCY', 'BEGIN']) {
      const { json } = await toy.json('slurm-run', { PROFILE: 'waits', [`SBATCH_${option}`]: '1' });
      expect(json, option).toMatchObject({ exit: 2, problems: [{ kind: 'option-impossible' }] });
    }
    expect(toy.has('.cluster')).toBe(false);
  });
});
