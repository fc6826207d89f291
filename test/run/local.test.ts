/** The embedded executor end to end, through make, on a machine that has Node, make and POSIX's tools and nothing else. */

import { spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeToy, TOOLKIT, type Toy, until } from '../kit/toy.ts';

/** coreutils (those that sh scripts use), and what else POSIX promises of every machine; bash runs COMMAND and .sh scripts. */
const TOOLS = [
  ...['node', 'make', 'sh', 'bash', 'awk', 'sed', 'grep', 'find'],
  ...[
    'basename',
    'cat',
    'chmod',
    'cp',
    'cut',
    'date',
    'dirname',
    'echo',
    'env',
    'false',
    'head',
    'id',
    'ln',
    'ls',
    'mkdir',
  ],
  ...['mktemp', 'mv', 'od', 'printf', 'pwd', 'readlink', 'rm', 'rmdir', 'sleep', 'sort', 'stat', 'tail', 'tee', 'test'],
  ...['timeout', 'touch', 'tr', 'true', 'uname', 'uniq', 'wc'],
];
const ABSENT = ['ssh', 'rsync', 'git', 'sbatch', 'squeue', 'python', 'python3', 'setsid', 'nohup', 'ps'];

const folder = mkdtempSync(join(tmpdir(), 'bare-'));
const bin = join(folder, 'bin');
const env = { PATH: bin, HOME: join(folder, 'home') };

function find(tool: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((place) => join(place, tool))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** A process that is there and is no zombie, as one stays in a container without an init. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync('/proc/self') || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Goes on when the file `go` appears in its run directory; not for ever, should its test fail. */
const WAITS = 'n=0; until [ -e go ] || [ $n -gt 300 ]; do n=$((n+1)); sleep 0.1; done';

describe('the embedded executor', () => {
  let toy: Toy;

  beforeAll(async () => {
    mkdirSync(bin);
    mkdirSync(env.HOME);
    for (const tool of TOOLS) {
      const path = find(tool);
      if (path !== undefined) symlinkSync(path, join(bin, tool));
    }
    // The bundles are made here, where npm may be needed, not on the bare machine.
    await execa('make', ['--no-print-directory', join(TOOLKIT, 'dist/built')], { cwd: TOOLKIT, reject: false });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  beforeEach(() => {
    toy = makeToy('REMOTE_HOST=local\nREMOTE_DIR=.cluster\nPOLL_INTERVAL=1\n', env);
    toy.profile(
      'waits',
      `COMMAND="echo begun; ${WAITS}; mkdir -p out; echo r > out/r; echo done"\nRESULTS_PULL=out/\n`,
    );
  });
  afterEach(() => toy.remove());

  const jobsLeft = () => readdirSync(join(toy.root, '.cluster/runs'));
  const log = (id: string) => join('.cluster/slurm/logs', `${id}.out`);
  const logHas = (id: string, text: string) =>
    until(`${log(id)} says ${text}`, () => toy.has(log(id)) && toy.read(log(id)).includes(text), 20);
  const executor = (id: string): number => Number.parseInt(toy.read(`.cluster/slurm/executor/${id}/executor`), 10);

  test('there is nothing else on PATH', () => {
    for (const tool of ABSENT) expect(existsSync(join(bin, tool)), tool).toBe(false);
  });

  test('slurm-full brings results and logs, and clears up', async () => {
    toy.write(
      'code/say.sh',
      'echo "$GREETING $1"\nmkdir -p results data/shared\necho r >results/r\necho d >data/shared/d\n',
    );
    toy.profile(
      'hello',
      'SCRIPT=code/say.sh\nSCRIPT_ARGS="two words"\nSBATCH_TIME=1:00\nRESULTS_PULL="results/ data/shared/"\n[env]\nGREETING=hi\n',
    );
    const { exit, json, stderr } = await toy.json('slurm-full', { PROFILE: 'hello' });
    expect(exit, stderr).toBe(0);
    expect(json.collect).toMatchObject({ removed: true, verdict: { state: 'COMPLETED', exitCode: 0, success: true } });
    expect(toy.read('results/r')).toBe('r\n');
    expect(toy.read('data/shared/d')).toBe('d\n');
    expect(toy.read(`slurm/logs/${json.submit.jobId}.out`)).toBe('hi two\n');
    expect(jobsLeft()).toEqual([]);
    expect(toy.has('slurm/jobs/hello.jobid')).toBe(false);
  });

  test('a job that fails: its logs come, and it stays', async () => {
    toy.profile('bad', 'COMMAND="echo why >&2; exit 3"\n');
    const { exit, json } = await toy.json('slurm-full', { PROFILE: 'bad' });
    expect(exit).toBe(1);
    expect(json.collect).toMatchObject({ removed: false, verdict: { state: 'FAILED', exitCode: 3 } });
    expect(toy.read(`slurm/logs/${json.submit.jobId}.err`)).toBe('why\n');
    expect(jobsLeft()).toHaveLength(1);
    const again = await toy.json('slurm-resubmit', { PROFILE: 'bad' });
    expect(again.json).toMatchObject({ exit: 0, attempt: 2, runDir: json.push.runDir });
    expect((await toy.json('slurm-watch', { PROFILE: 'bad' })).json.verdict.exitCode).toBe(3);
  });

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

  test('the time limit', async () => {
    toy.profile('long', 'COMMAND="echo begun; sleep 100"\nSBATCH_TIME=0:02\n');
    const { exit, json } = await toy.json('slurm-full', { PROFILE: 'long' });
    expect(exit).toBe(1);
    expect(json.collect.verdict).toMatchObject({ state: 'TIMEOUT', ended: true, success: false });
    expect(toy.read(`slurm/logs/${json.submit.jobId}.out`)).toBe('begun\n');
  });

  test('cancelled from another terminal', async () => {
    const full = toy.start('slurm-full', { PROFILE: 'waits' });
    await logHas('1', 'begun');
    const cancelled = await toy.json('slurm-cancel', { JOB_ID: '1' });
    expect(cancelled.json).toMatchObject({ exit: 0, cancelled: true });
    const ended = await full;
    expect(ended.stdout).toMatch(/Job 1 CANCELLED/);
    expect(toy.has('out/r')).toBe(false);
    expect((await toy.json('slurm-cancel', { JOB_ID: '1' })).json.cancelled).toBe(false);
    expect((await toy.json('slurm-cancel', { JOB_ID: '99' })).json).toMatchObject({ exit: 2 });
  });

  // A terminal that is closed hangs up on its foreground process group; the last two leave no chance to put anything in order.
  test.each(['SIGHUP', 'SIGINT', 'SIGKILL', 'pty'] as const)(
    'a job survives its command and its terminal: %s',
    async (how) => {
      const script = find('script');
      if (how === 'pty' && script === undefined) return;
      const make = [find('make') as string, '--no-print-directory', 'slurm-full', 'PROFILE=waits'];
      const [file, ...args] = how === 'pty' ? [script as string, '-qec', make.join(' '), '/dev/null'] : make;
      const child = spawn(file as string, args, {
        cwd: toy.root,
        env,
        detached: true,
        stdio: ['ignore', 'ignore', 'ignore'],
      });
      await logHas('1', 'begun');
      const gone = new Promise((resolve) => child.once('exit', resolve));
      // `script` holds the terminal: without it the terminal hangs up.
      process.kill(how === 'pty' ? (child.pid as number) : -(child.pid as number), how === 'pty' ? 'SIGKILL' : how);
      await gone;
      const status = await toy.json('slurm-status');
      expect(status.json.tracked[0]).toMatchObject({ id: 'waits', jobId: '1', verdict: { state: 'RUNNING' } });

      const watching = toy.start('slurm-watch', { PROFILE: 'waits' });
      const runDir = toy.read('slurm/jobs/waits.rundir').trim();
      toy.write(join(runDir.slice(toy.root.length), 'go'), '');
      const watched = await watching;
      expect(watched.exitCode, watched.stderr).toBe(0);
      // What is said of the queue may stand between.
      for (const line of ['begun', 'done']) expect(watched.stdout.split('\n')).toContain(line);
      const collected = await toy.json('slurm-collect', { PROFILE: 'waits' });
      expect(collected.json, collected.stdout).toMatchObject({
        exit: 0,
        removed: true,
        verdict: { state: 'COMPLETED' },
      });
      expect(toy.read('out/r')).toBe('r\n');
      expect(jobsLeft()).toEqual([]);
    },
  );

  test('an executor that is killed has failed like a node, and leaves nothing running', async () => {
    await toy.json('slurm-run', { PROFILE: 'waits' });
    await logHas('1', 'begun');
    const leader = Number.parseInt(toy.read('.cluster/slurm/executor/1/leader'), 10);
    process.kill(executor('1'), 'SIGKILL');
    const watched = await toy.json('slurm-watch', { PROFILE: 'waits' });
    expect(watched.json).toMatchObject({ exit: 1, verdict: { state: 'NODE_FAIL', ended: true, success: false } });
    await until('its processes are gone', () => {
      try {
        process.kill(-leader, 0);
        return false;
      } catch {
        return true;
      }
    });
    const collected = await toy.json('slurm-collect', { PROFILE: 'waits' });
    expect(collected.json).toMatchObject({ exit: 1, removed: false, verdict: { state: 'NODE_FAIL' } });
  });

  test('two at once, and two of one profile by TAG', async () => {
    toy.profile('other', 'COMMAND="echo $SLURM_JOB_NAME; mkdir -p out2; echo 2 > out2/r"\nRESULTS_PULL=out2/\n');
    const runs = [
      toy.json('slurm-full', { PROFILE: 'other' }),
      toy.json('slurm-full', { PROFILE: 'other', TAG: 'b' }),
      toy.json('slurm-full', { PROFILE: 'waits' }),
    ];
    const runDir = await until(
      'the third is tracked',
      () => toy.has('slurm/jobs/waits.rundir') && toy.read('slurm/jobs/waits.rundir'),
    );
    toy.write(join(runDir.trim().slice(toy.root.length), 'go'), '');
    const ended = await Promise.all(runs);
    for (const { exit, stderr } of ended) expect(exit, stderr).toBe(0);
    expect(new Set(ended.map(({ json }) => json.submit.jobId)).size).toBe(3);
    expect(jobsLeft()).toEqual([]);
    expect((await toy.json('slurm-history')).json.entries).toHaveLength(3);
  });

  // RHEL's and macOS's sh is bash, which has job control without a terminal.
  test.each(['sh', 'bash'])('nothing of a job outlives it: %s', async (shell) => {
    const own = join(folder, `bin-${shell}`);
    mkdirSync(own);
    symlinkSync(find(shell) as string, join(own, 'sh'));
    const bare = makeToy('REMOTE_HOST=local\nREMOTE_DIR=.cluster\nPOLL_INTERVAL=1\n', {
      ...env,
      PATH: `${own}:${bin}`,
    });
    try {
      // A child of a child, in the background of one that ends at once when it is told to.
      const tree = 'bash -c \'sleep 98 & echo $! >pids; bash -c "echo \\$\\$ >>pids; sleep 99; true"; true\'';
      bare.write('code/tree.sh', `${tree}\n`);
      bare.write('code/stray.sh', 'sleep 97 >/dev/null 2>&1 & echo $! >pids\n');
      bare.profile('tree', 'SCRIPT=code/tree.sh\n');
      bare.profile('limit', 'SCRIPT=code/tree.sh\nSBATCH_TIME=0:01\n');
      bare.profile('stray', 'SCRIPT=code/stray.sh\n');
      let processes = 0;
      for (const [profile, state, count] of [
        ['tree', 'CANCELLED', 2],
        ['limit', 'TIMEOUT', 2],
        ['stray', 'COMPLETED', 1],
      ] as const) {
        const { push, submit } = (await bare.json('slurm-run', { PROFILE: profile })).json;
        const runDir: string = push.runDir;
        const jobId: string = submit.jobId;
        const file = join(runDir.slice(bare.root.length), 'pids');
        const pids = await until(
          'the processes',
          () =>
            bare.has(file) && bare.read(file).trim().split('\n').length === count && bare.read(file).trim().split('\n'),
        );
        if (state === 'CANCELLED') await bare.json('slurm-cancel', { JOB_ID: jobId });
        const watched = await bare.json('slurm-watch', { PROFILE: profile });
        expect(watched.json.verdict.state, watched.stdout).toBe(state);
        for (const pid of [...pids, bare.read(`.cluster/slurm/executor/${jobId}/executor`).split(' ')[0]]) {
          await until(`process ${pid} of ${profile} is gone`, () => !isRunning(Number(pid)), 5);
          processes += 1;
        }
      }
      console.log(`executor under ${shell}: ${processes} processes of 3 jobs, none left`);
    } finally {
      bare.remove();
    }
  });

  test("signals mean in the job what they mean on Slurm, and the caller's environment stays behind", async () => {
    toy.profile(
      'signals',
      'COMMAND="cat /dev/zero | head -c 0; echo pipe ${PIPESTATUS[0]}; (kill -INT $BASHPID; echo survived); echo int $?; echo ${SR_CLI-none} ${MAKELEVEL-none}"\n',
    );
    const { exit, json, stderr } = await toy.json('slurm-full', { PROFILE: 'signals' });
    expect(exit, stderr).toBe(0);
    expect(toy.read(`slurm/logs/${json.submit.jobId}.out`)).toBe('pipe 141\nint 130\nnone none\n');
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
    toy.profile('named', 'COMMAND="mkdir -p out other; echo a >out/a; echo b >other/b"\nRESULTS_PULL=out/\n');
    await toy.json('slurm-run', { PROFILE: 'named', RESULTS_PULL: 'other/ none/' });
    await toy.json('slurm-watch', { PROFILE: 'named' });
    const { exit, stdout } = await toy.json('slurm-collect', { PROFILE: 'named' });
    expect(exit, stdout).toBe(0);
    expect([toy.read('out/a'), toy.read('other/b')]).toEqual(['a\n', 'b\n']);
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
      ...{ cwd: toy.root, env, extendEnv: false, reject: false, stdin: 'pipe', timeout: 30_000 },
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
    expect(jobsLeft()).toHaveLength(1);
    await toy.json('slurm-cancel', { JOB_ID: '1' });
  });

  test('interrupted, it still leaves one document', async () => {
    await toy.json('slurm-run', { PROFILE: 'waits' });
    const watching = toy.start('slurm-watch', { PROFILE: 'waits', JSON: '1' }, true);
    let seen = '';
    watching.stderr?.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
    });
    await until('it watches', () => /started|running/i.test(seen), 20);
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
    await logHas('1', 'begun');
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
    for (const option of ['ARRAY', 'DEPENDENCY', 'BEGIN']) {
      const { json } = await toy.json('slurm-run', { PROFILE: 'waits', [`SBATCH_${option}`]: '1' });
      expect(json, option).toMatchObject({ exit: 2, problems: [{ kind: 'option-impossible' }] });
    }
    expect(toy.has('.cluster')).toBe(false);
  });
});
