/** Flows and sweeps on the real cluster tell of themselves while the laptop sleeps; and the graph is drawn as Slurm has it. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { makeToy, type Toy, until } from '../kit/toy.ts';
import { webhooksOfFile } from '../kit/webhook.ts';

const hooks = await webhooksOfFile();

describe.skipIf(clusterUnavailable())('many jobs of one laptop that sleeps', () => {
  let cluster: TestCluster;
  let toy: Toy;
  /** The second line of each message so far: the first says of what it is. */
  const said = () => hooks.of('/hook').map(({ json }) => String(json.text).split('\n')[1]);
  /** Each is sent by a job of its own, so any may be the first to come. */
  const areSaid = async (lines: readonly unknown[]): Promise<void> => {
    await until('all is said', () => said().length >= lines.length && said().some((line) => line?.startsWith('All ')));
    expect(said()).toHaveLength(lines.length);
    expect(said()).toEqual(expect.arrayContaining([...lines]));
  };

  beforeAll(async () => {
    cluster = await ensureCluster();
    toy = makeToy(`REMOTE_HOST=srt\nREMOTE_DIR=${cluster.remoteDir()}\nSBATCH_TIME=5\nSBATCH_MEM=50M\n`, cluster.env());
    toy.write('.env', `NOTIFY_WEBHOOK_URL="${hooks.hook}"\n`, 0o600);
    toy.profile('cell', 'COMMAND="echo cell $N; exit $((N == 1 ? 3 : 0))"\n');
  });
  afterAll(() => toy?.remove());

  test('a flow', async () => {
    const job = (name: string, what: string, after = '') => `  - {name: ${name}, ${what}, depends_on: [${after}]}\n`;
    const jobs = [
      job('a', 'command: "true"'),
      job('m', 'profile: cell, matrix: {N: [0, 1, 2]}', 'a'),
      job('after', 'command: "true"', 'm'),
      job('alert', 'command: echo alert', '"afternotok:m"'),
      job('never', 'command: "true"', '"afternotok:a"'),
    ];
    toy.write('slurm/flows/f.yaml', `jobs:\n${jobs.join('')}`);
    const started = await toy.json('slurm-flow', { FLOW: 'f' });
    expect(started.exit, started.stderr).toBe(0);
    await areSaid([
      '5 jobs submitted to srt.',
      expect.stringMatching(/^Job m: Cell \d+_1 FAILED \(exit code 3\)\.$/),
      'All jobs and cells that were submitted have ended: 4 done, 1 failed, 1 stopped, 1 skipped.',
    ]);
    const failed = hooks.of('/hook').find(({ json }) => json.job === 'm')?.json;
    expect(failed).toMatchObject({ exitCode: 3, log: expect.stringContaining('cell 1') });

    // A watch that comes later has nothing to add; and the graph is drawn as Slurm has it.
    expect((await toy.json('slurm-flow-watch', { FLOW: 'f' })).exit).toBe(1);
    expect(said()).toHaveLength(3);
    const { stdout } = await toy.make('slurm-flow-graph', { FLOW: 'f' });
    const stands = ['a.*COMPLETED', 'm.*3 cells.*FAILED', 'after.*STOPPED', 'alert.*COMPLETED', 'never.*SKIPPED'];
    for (const [at, one] of stands.entries()) expect(stdout).toMatch(new RegExp(`^ +n${at}\\["${one}`, 'm'));
    expect(stdout).toMatch(/^ +n1 -->\|afternotok\| n3$/m);
    expect(stdout).toMatch(/^ +class n1 failed$/m);
  });

  test('a sweep', async () => {
    toy.write('slurm/sweeps/s.yaml', 'profile: cell\nmatrix: {N: [0, 1, 2]}\n');
    const started = await toy.json('slurm-sweep-start', { SWEEP: 's' });
    expect(started.exit, started.stderr).toBe(0);
    await areSaid([
      expect.stringMatching(/^3 cells were submitted to srt as job \d+\.$/),
      expect.stringMatching(/^Cell \d+_1 FAILED \(exit code 3\)\.$/),
      'All cells that were submitted have ended: 2 done, 1 failed.',
    ]);
  });
});
