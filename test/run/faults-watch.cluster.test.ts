/** Watching through a link that sleeps, breaks, comes back or does not: every byte of the log once, and an end in any case. */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type Link, type TestCluster } from '../cluster/cluster.ts';
import { masters } from '../kit/scene.ts';
import { makeToy, TOOLKIT, type Toy, until } from '../kit/toy.ts';

/** Prints numbered lines in bursts, for so many tenths of a second; the last line of each burst in two pieces. */
const PRINTER = `awk -v bursts="$1" 'BEGIN {
  for (burst = 0; burst < bursts; burst++) {
    for (line = 1; line <= 150; line++) {
      n++
      printf "L%07d ", n
      if (line == 150) fflush()
      printf "%d and the rest of a line that is long enough to be cut\\n", n * 7919 % 1000003
    }
    fflush()
    system("sleep 0.1")
  }
  print "last", n
}'
`;

interface Watched {
  toy: Toy;
  jobId: string;
  log: string;
  link: Link;
  environment: Record<string, string>;
}

describe.skipIf(clusterUnavailable())('slurm-watch through a bad link', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await ensureCluster();
  });

  async function started(seconds: number): Promise<Watched> {
    const environment = cluster.env();
    const link = await cluster.link();
    const toy = makeToy(`REMOTE_HOST=${link.host}\nREMOTE_DIR=${cluster.remoteDir()}\n`, environment);
    toy.write('code/print.sh', PRINTER);
    toy.profile('t', `COMMAND=sh code/print.sh ${seconds * 10}\nCODE_FILES=code/\nSBATCH_MEM=50M\n`);
    const { json, exit, stderr } = await toy.json('slurm-run', { PROFILE: 't' });
    expect(exit, stderr).toBe(0);
    const { jobId, runDir } = json.submit;
    return { toy, jobId, link, environment, log: join(runDir, '../../slurm/logs', `${jobId}.out`) };
  }

  function follow({ toy, environment }: Watched, giveUp = 900) {
    const words = [join(TOOLKIT, 'test/kit/watch-bytes.ts'), 't', String(giveUp)];
    return execa(join(TOOLKIT, 'node_modules/.bin/tsx'), words, {
      ...{
        cwd: toy.root,
        env: environment,
        extendEnv: false,
        reject: false,
        stdin: 'ignore',
        encoding: 'buffer',
        stripFinalNewline: false,
      },
    });
  }

  const begun = ({ log }: Watched) =>
    until('the log has begun', () => existsSync(log) && readFileSync(log).length > 20_000);

  const events = (stderr: Uint8Array): { type: string }[] =>
    Buffer.from(stderr)
      .toString()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));

  /** Breaks the link in some way while the job prints; gives what the watch and the log say. */
  async function watched(seconds: number, breakIt: (job: Watched) => Promise<void>) {
    const job = await started(seconds);
    const watching = follow(job);
    await begun(job);
    await breakIt(job);
    const { stdout, stderr, exitCode } = await watching;
    await job.link.close();
    const [heard, whole] = [Buffer.from(stdout), readFileSync(job.log)];
    job.toy.remove();
    const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    expect(whole.toString().split('\n').at(-2)).toMatch(/^last \d+$/);
    expect({ exitCode, bytes: heard.length, sum: sum(heard) }).toEqual({
      exitCode: 0,
      bytes: whole.length,
      sum: sum(whole),
    });
    return { bytes: heard.length, again: events(stderr).filter(({ type }) => type === 'reconnecting').length };
  }

  // Side by side: most of the time nothing happens but waiting.
  test('the log arrives with no byte lost or repeated', async () => {
    const [cut, nap, sleep, frozen] = await Promise.all([
      watched(12, async ({ link }) => {
        for (const limit of [{ down: 3001 }, { up: 999 }, { down: 40_001 }, { down: 77 }]) {
          await link.proxy.cutAfter(limit);
          await link.proxy.restore();
        }
      }),
      // Shorter than any patience: the same connection goes on.
      watched(8, async ({ link }) => {
        link.proxy.freeze();
        await new Promise((resolve) => setTimeout(resolve, 4000));
        await link.proxy.restore();
      }),
      // Until OpenSSH itself has given the connection up, and the next one does not come about either.
      watched(10, async (job) => {
        job.link.proxy.freeze();
        const before = job.link.proxy.connections();
        await until('a new connection is tried', () => job.link.proxy.connections() > before);
        await job.link.proxy.restore();
      }),
      // The connection is well, and the process that keeps it hangs.
      watched(14, async ({ environment, link }) => {
        const before = link.proxy.bytes().down;
        await until('the log comes over it', () => link.proxy.bytes().down > before + 50_000);
        for (const pid of await masters(environment)) process.kill(pid, 'SIGSTOP');
      }),
    ]);
    expect(cut.again).toBeGreaterThanOrEqual(3);
    expect(nap.again).toBe(0);
    const total = cut.bytes + nap.bytes + sleep.bytes + frozen.bytes;
    console.log(
      `faults: 4 watches over 4 cuts, 2 sleeps and a frozen master, ${cut.again + sleep.again + frozen.again} reconnections: ${total} bytes of log, 0 lost, 0 repeated`,
    );
  });

  test('a link that never comes back: exit 3 with the state intact, and recover goes on later', async () => {
    const job = await started(2);
    const watching = follow(job, 3);
    await begun(job);
    await job.link.proxy.cut();
    const { exitCode, stderr } = await watching;
    expect(exitCode, Buffer.from(stderr).toString()).toBe(3);
    expect(job.toy.read('slurm/jobs/t.jobid')).toBe(`${job.jobId}\n`);
    await job.link.proxy.restore();
    const { json } = await job.toy.json('slurm-recover', { PROFILE: 't' });
    expect(json.recovered).toMatchObject([{ jobId: job.jobId, action: 'unchanged' }]);
    expect((await job.toy.json('slurm-watch', { PROFILE: 't' })).exit).toBe(0);
    const collected = await job.toy.json('slurm-collect', { PROFILE: 't' });
    expect(collected.exit, collected.stdout).toBe(0);
    expect(job.toy.read(`slurm/logs/${job.jobId}.out`)).toMatch(/last \d+\n$/);
    job.toy.remove();
    await job.link.close();
  });
});
