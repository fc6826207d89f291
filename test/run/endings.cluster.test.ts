/** Every way a job can end, or not end, on the real cluster: the verdict a program reads, and the sentence a person reads. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { type Ended, makeToy, type Running, type Toy, until } from '../kit/toy.ts';

/** Goes on when the file `go` appears in its run directory; not for ever, should its test fail. */
const WAITS = 'n=0; until [ -e go ] || [ $n -gt 5000 ]; do n=$((n+1)); sleep 0.2; done';

/** One profile each. All are submitted before the first is watched, so that they take no longer together than the slowest. */
const PROFILES: Readonly<Record<string, string>> = {
  good: 'COMMAND="echo fine"',
  exit3: 'COMMAND="echo to-the-log; exit 3"',
  exit255: 'COMMAND="exit 255"',
  exit128: 'COMMAND="exit 128"',
  segv: "COMMAND='kill -SEGV $$'",
  supervisorsegv: 'TEMPLATE=killparent\nCOMMAND=SEGV',
  supervisorkill: 'TEMPLATE=killparent\nCOMMAND=KILL',
  cancelled: 'COMMAND="echo begun; sleep 300"',
  heldcancelled: 'COMMAND=true\nSBATCH_HOLD=1',
  stubborn: 'COMMAND="trap \'\' TERM INT HUP; echo begun; while :; do sleep 1; done"',
  timeout: 'COMMAND="echo begun; sleep 300"\nSBATCH_TIME=1',
  oom: 'COMMAND="echo begun; head -c 400000000 /dev/zero | tail; echo went on"\nSBATCH_MEM=60M',
  nodefail: 'COMMAND="echo begun; sleep 300"\nSBATCH_NODELIST=n4\nSBATCH_NO_REQUEUE=1',
  requeued:
    'COMMAND="if [ -e again ]; then n=2; else n=1; fi; touch again; echo life $SLURM_RESTART_COUNT; if [ $n = 2 ]; then echo done; else sleep 300; fi"\nSBATCH_REQUEUE=1',
  held: 'COMMAND="echo released"\nSBATCH_HOLD=1',
  step: 'COMMAND="srun false; echo went on"',
  stepkilled: 'COMMAND="srun sh -c \'kill -KILL $$\'; echo went on"',
  suspended: `COMMAND="echo begun; ${WAITS}; echo resumed"`,
  reused: `COMMAND="echo begun; ${WAITS}"`,
};

describe.skipIf(clusterUnavailable())('how jobs end', () => {
  let cluster: TestCluster;
  let toy: Toy;
  const ids: Record<string, string> = {};
  const dirs: Record<string, string> = {};
  const asUser = (command: string) => cluster.asUser('srt-bash', command);
  const stateOf = (name: string) => asUser(`squeue -h -t all -j ${ids[name]} -o %T`);
  const logHas = (name: string, text: string) =>
    until(`the log of ${name} says ${text}`, async () =>
      (await asUser(`cat ${dirs[name]}/../../slurm/logs/${ids[name]}.out 2>/dev/null || :`)).includes(text),
    );

  beforeAll(async () => {
    cluster = await ensureCluster();
    toy = makeToy(
      `REMOTE_HOST=srt\nREMOTE_DIR=${cluster.remoteDir()}\nPOLL_INTERVAL=3\nSBATCH_MEM=50M\n`,
      cluster.env(),
    );
    // The rendered script's parent is our supervisor: the batch shell.
    toy.write('slurm/templates/killparent.sbatch', '#!/bin/sh\nkill -{{ COMMAND | sh }} $PPID\nsleep 2\n');
    for (const [name, lines] of Object.entries(PROFILES)) toy.profile(name, `${lines}\n`);
    const submit = async (name: string) => {
      const { exit, json, stderr } = await toy.json('slurm-run', { PROFILE: name });
      expect(exit, `${name}: ${stderr} ${JSON.stringify(json.problems)}`).toBe(0);
      ids[name] = json.submit.jobId;
      dirs[name] = json.push.runDir;
    };
    await submit('timeout');
    const rest = Object.keys(PROFILES).filter((name) => name !== 'timeout');
    while (rest.length > 0) await Promise.all(rest.splice(0, 4).map((name) => submit(name)));
  });

  afterAll(async () => {
    for (const id of Object.values(ids)) await asUser(`scancel ${id} 2>/dev/null || :`);
    toy?.remove();
  });

  const watchText = async (name: string, variables: Record<string, string> = {}) =>
    toy.make('slurm-watch', { PROFILE: name, ...variables });
  /** The verdict once the scheduler has let go of the job, as collect reads it. */
  const collect = async (name: string, variables: Record<string, string> = {}): Promise<Ended> =>
    toy.json('slurm-collect', { PROFILE: name, ...variables });

  /** Watches (text), collects (JSON) a job that did not end well, and looks that nothing of it is gone. */
  async function endsBadly(name: string, wanted: { verdict: object; text: RegExp; advice: RegExp }): Promise<void> {
    const watched = await watchText(name);
    expect(watched.exit, watched.stderr).toBe(1);
    expect(watched.stdout).toMatch(wanted.text);
    expect(watched.stdout).toMatch(wanted.advice);
    const collected = await collect(name);
    expect(collected.exit, JSON.stringify(collected.json)).toBe(1);
    expect(collected.json.verdict).toMatchObject({ ...wanted.verdict, ended: true, success: false, jobId: ids[name] });
    expect(collected.json.removed).toBe(false);
    expect(toy.read(`slurm/jobs/${name}.jobid`)).toBe(`${ids[name]}\n`);
    await asUser(`test -d ${dirs[name]}`);
  }

  // Each of these once passed for something else in other tools.
  test('exit 0', async () => {
    const watched = await watchText('good');
    expect(watched.exit, watched.stderr).toBe(0);
    expect(watched.stdout).toMatch(/^fine$/m);
    expect(watched.stdout).toMatch(/^Job \d+ COMPLETED/m);
    const { exit, json } = await collect('good');
    expect(exit, JSON.stringify(json)).toBe(0);
    expect(json.verdict).toMatchObject({ state: 'COMPLETED', success: true, exitCode: 0 });
    expect(json.removed).toBe(true);
  });

  test('exit 3', () =>
    endsBadly('exit3', {
      verdict: { state: 'FAILED', exitCode: 3 },
      text: /^Job \d+ FAILED.*: exit code 3\.$/m,
      advice: /→ The log says more: make slurm-log PROFILE=exit3$/m,
    }));

  // sacct's 127:0 (older Slurms lose the top bit); the marker knows better.
  test('exit 255', () =>
    endsBadly('exit255', {
      verdict: { state: 'FAILED', exitCode: 255 },
      text: /FAILED.*: exit code 255, /,
      advice: /→ srun gives it for options/,
    }));

  // sacct's 0:0.
  test('exit 128', () =>
    endsBadly('exit128', {
      verdict: { state: 'FAILED', exitCode: 128 },
      text: /FAILED.*: exit code 128\.$/m,
      advice: /→ The log says more/,
    }));

  test('a signal ends the command', () =>
    endsBadly('segv', {
      verdict: { state: 'FAILED', signal: '11' },
      text: /FAILED.*SIGSEGV/,
      advice: /→ The fault is in the program or a library/,
    }));

  // Facts c: an EXIT trap would have written 0.
  test.each([
    ['supervisorsegv', '11', /SIGSEGV/],
    ['supervisorkill', '9', /SIGKILL/],
  ])('the batch shell itself dies: %s', async (name, signal, text) => {
    await endsBadly(name, { verdict: { state: 'FAILED', signal }, text, advice: /→ / });
    expect(await asUser(`ls ${dirs[name]}/.slurm-runner/attempt-1`)).not.toMatch(/^end$/m);
  });

  test('cancelled while it runs', async () => {
    await logHas('cancelled', 'begun');
    const cancelled = await toy.json('slurm-cancel', { JOB_ID: ids.cancelled as string });
    expect(cancelled.json).toMatchObject({ exit: 0, cancelled: true });
    await endsBadly('cancelled', {
      verdict: { state: 'CANCELLED' },
      text: /^Job \d+ CANCELLED.*somebody cancelled it/m,
      advice: /→ It goes on in the same run directory with: make slurm-resubmit PROFILE=cancelled/,
    });
  });

  test('cancelled while pending', async () => {
    const cancelled = await toy.json('slurm-cancel', { JOB_ID: ids.heldcancelled as string });
    expect(cancelled.json).toMatchObject({ exit: 0, cancelled: true });
    await endsBadly('heldcancelled', {
      verdict: { state: 'CANCELLED' },
      text: /^Job \d+ CANCELLED/m,
      advice: /make slurm-resubmit/,
    });
  });

  // KillWait is 3 s here.
  test('a job that ignores TERM', async () => {
    await logHas('stubborn', 'begun');
    await toy.json('slurm-cancel', { JOB_ID: ids.stubborn as string });
    const soon = await collect('stubborn');
    // Until it is really gone it is not collected; afterwards it is a cancelled one.
    if (soon.exit === 4) expect(soon.json.problems[0].kind).toBe('still-alive');
    await endsBadly('stubborn', { verdict: { state: 'CANCELLED' }, text: /CANCELLED/, advice: /make slurm-resubmit/ });
  });

  // The shell went on and ended with 0. Without a memory cgroup Slurm only kills the job (FAILED 0:9).
  test('out of memory', async () => {
    const real = (await cluster.asRoot('scontrol show config')).includes('task/cgroup');
    if (!real) return endsBadly('oom', { verdict: {}, text: /FAILED|CANCELLED/, advice: /→ / });
    return endsBadly('oom', {
      verdict: { state: 'OUT_OF_MEMORY' },
      text: /OUT_OF_MEMORY.*more memory than it may have/,
      advice: /→ Raise SBATCH_MEM in slurm\/profiles\/oom\.conf/,
    });
  });

  test('a node fails', async () => {
    await logHas('nodefail', 'begun');
    // Nobody else's job is to go down with it.
    await cluster.asRoot('scontrol update nodename=n4 state=drain reason=test');
    try {
      await until(
        'n4 holds our job alone',
        async () => (await cluster.asRoot('squeue -h -w n4 -o %i')) === ids.nodefail,
      );
      await cluster.asRoot('scontrol update nodename=n4 state=down reason=test');
      await endsBadly('nodefail', {
        verdict: { state: 'NODE_FAIL', nodes: 'n4' },
        text: /NODE_FAIL.*a node failed under it \(n4\)/,
        advice: /→ If it is the same node again, avoid it: SBATCH_EXCLUDE=n4/,
      });
    } finally {
      await cluster.asRoot('scontrol update nodename=n4 state=resume');
    }
  });

  test('requeued, then a success', async () => {
    await logHas('requeued', 'life');
    const watching: Running = toy.start('slurm-watch', { PROFILE: 'requeued' });
    let seen = '';
    watching.stdout?.on('data', (chunk) => {
      seen += chunk;
    });
    await until('watch shows the first life', () => seen.includes('life'));
    await asUser(`scontrol requeue ${ids.requeued}`);
    const alive = await collect('requeued');
    expect(alive.json).toMatchObject({ exit: 4, problems: [{ kind: 'still-alive' }] });
    const ended = await watching;
    expect(ended.exitCode, seen).toBe(0);
    expect(seen).toMatch(/COMPLETED.* with 1 restart/);
    expect(seen.match(/^life/gm)).toHaveLength(2);
    const { exit, json } = await collect('requeued');
    expect(exit).toBe(0);
    expect(json.verdict).toMatchObject({ state: 'COMPLETED', success: true, restarts: 1 });
    expect(toy.read(`slurm/logs/${ids.requeued}.out`)).toMatch(/^life *\nlife 1\ndone\n$/);
  });

  test('pending for a reason, then released', async () => {
    const watching = toy.start('slurm-watch', { PROFILE: 'held' });
    let seen = '';
    watching.stdout?.on('data', (chunk) => {
      seen += chunk;
    });
    await until('watch says why it waits', () =>
      /PENDING \(JobHeldUser\).*make slurm-release JOB_ID=\d+ lets it go/.test(seen),
    );
    const status = await toy.json('slurm-status');
    const row = status.json.tracked.find(({ id }: { id: string }) => id === 'held');
    expect(row?.verdict).toMatchObject({ state: 'PENDING', reason: 'JobHeldUser', ended: false });
    await asUser(`scontrol release ${ids.held}`);
    expect((await watching).exitCode, seen).toBe(0);
    expect(seen).toMatch(/^released$/m);
    expect((await collect('held')).exit).toBe(0);
  });

  // Slurm says COMPLETED, and DerivedExitCode alone knows.
  test.each(['step', 'stepkilled'])('a step failed, the script went on: %s', async (name) => {
    const stepCode = name === 'step' ? 1 : 137;
    await endsBadly(name, {
      verdict: { state: 'COMPLETED', exitCode: 0, stepCode },
      text: /COMPLETED.*but a step of it failed/,
      advice: /→ If a failed step is to fail the job, begin the script with set -e/,
    });
  });

  test('suspended, then resumed', async () => {
    await logHas('suspended', 'begun');
    const watching = toy.start('slurm-watch', { PROFILE: 'suspended' });
    let seen = '';
    watching.stdout?.on('data', (chunk) => {
      seen += chunk;
    });
    await until('watch follows', () => seen.includes('begun'));
    await cluster.asRoot(`scontrol suspend ${ids.suspended}`);
    await until('watch says that it is suspended', () => /is SUSPENDED/.test(seen));
    await cluster.asRoot(`scontrol resume ${ids.suspended}`);
    await until('it runs again', async () => (await stateOf('suspended')) === 'RUNNING');
    await asUser(`touch ${dirs.suspended}/go`);
    expect((await watching).exitCode, seen).toBe(0);
    expect(seen).toMatch(/^resumed$/m);
    expect((await collect('suspended')).json.verdict).toMatchObject({ state: 'COMPLETED', success: true });
  });

  describe('an id that was given to another job', () => {
    let strangers: { id: string; state: string }[];
    beforeAll(async () => {
      const sbatch = (user: 'srt-bash' | 'srt-other', line: string) =>
        cluster.asUser(user, `sbatch --parsable --mem=10M -J stranger -o /dev/null --wrap '${line}'`);
      strangers = await Promise.all([
        sbatch('srt-bash', 'true').then((id) => ({ id, state: 'COMPLETED' })),
        sbatch('srt-bash', 'sleep 100').then((id) => ({ id, state: 'RUNNING' })),
        sbatch('srt-other', 'true').then((id) => ({ id, state: 'COMPLETED' })),
      ]);
      for (const { id, state } of strangers) {
        await until(`the stranger ${id} is ${state}`, async () =>
          (await cluster.asRoot(`squeue -h -t all -j ${id} -o %T`)).includes(state),
        );
      }
    });
    afterAll(() => asUser(`scancel -n stranger`));

    test.each(['our own, ended', 'our own, alive', "another person's"])(
      '%s: a stranger is never believed',
      async (which) => {
        const { id } = strangers[['our own, ended', 'our own, alive', "another person's"].indexOf(which)] as {
          id: string;
        };
        toy.write('slurm/jobs/reused.jobid', `${id}\n`);
        await asUser(`echo ${id} > ${dirs.reused}/.slurm-runner/attempt-1/job_id`);
        const watched = await watchText('reused');
        expect(watched.exit, watched.stdout).toBe(1);
        expect(watched.stdout).toContain('UNKNOWN');
        expect(watched.stdout).not.toContain('stranger');
        const { json } = await collect('reused');
        expect(json).toMatchObject({ exit: 4, problems: [{ kind: 'undecided' }] });
        await asUser(`test -d ${dirs.reused}`);
      },
    );
  });

  // Last, for it takes the longest: a minute, and up to another half until the controller looks.
  test('the time limit', () =>
    endsBadly('timeout', {
      verdict: { state: 'TIMEOUT' },
      text: /TIMEOUT.*it reached its time limit of /,
      advice: /→ Raise SBATCH_TIME in slurm\/profiles\/timeout\.conf/,
    }));
});
