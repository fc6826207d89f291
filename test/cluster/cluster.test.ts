/** That the test cluster is what the other tests take it for. */
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from './cluster.ts';
import { startProxy } from './proxy.ts';

describe.skipIf(clusterUnavailable())('the test cluster', () => {
  let cluster: TestCluster;
  const ssh = (host: string, command: string, options: string[] = []) =>
    execa('ssh', [...options, host, command], { env: cluster.env(), extendEnv: false, stdin: 'ignore', reject: false });

  beforeAll(async () => {
    cluster = await ensureCluster();
  });

  it('has four idle nodes with GPUs, and a second cluster without accounts', async () => {
    expect(await cluster.asRoot("sinfo -h -N -p main -o '%N %c %G'")).toBe(
      ['n1', 'n2', 'n3', 'n4'].map((node) => `${node} 32 gpu:4`).join('\n'),
    );
    expect(await cluster.asUser('srt-bash2nd', "sinfo -h -N -p main -o '%N'")).toBe('m1');
    const refused = await cluster.asUser('srt-bash2nd', 'sacct 2>&1 || true');
    expect(refused).toMatch(/accounting storage is disabled/);
  });

  it('runs a job that came through ssh, and remembers it', async () => {
    const submitted = await ssh('srt', "sbatch --parsable --mem=20M --wrap 'exit 3'");
    expect(submitted.stdout).toMatch(/^\d+$/);
    await expect
      .poll(() => cluster.asUser('srt-bash', `sacct -X -n -P -j ${submitted.stdout} -o State,ExitCode`), {
        timeout: 60_000,
      })
      .toBe('FAILED|3:0');
  });

  it('ends a job over its memory', async () => {
    const id = await cluster.asUser(
      'srt-bash',
      "sbatch --parsable --mem=20M --wrap 'x=$(yes | head -c 200m); sleep 10'",
    );
    await expect
      .poll(() => cluster.asUser('srt-bash', `squeue -h -t all -j ${id} -o %T`), { timeout: 60_000 })
      .toMatch(/^(OUT_OF_MEMORY|FAILED)$/);
  });

  it.each([
    ['srt-bash', 'echo $0', 'bash'],
    ['srt-dash', 'echo $0', 'dash'],
    ['srt-tcsh', 'echo $tcsh', /^6\./],
    ['srt-fish', 'echo $version', /^[34]\./],
    ['srt-noisy', 'echo $0', /Welcome to the cluster[\s\S]*\nbash$/],
    ['srt-login', 'command -v sbatch || { . /etc/profile; command -v sbatch; }', '/usr/bin/sbatch'],
  ])('%s has the shell it is named after', async (user, command, answer) => {
    const { stdout } = await ssh(user, command);
    if (typeof answer === 'string') expect(stdout).toBe(answer);
    else expect(stdout).toMatch(answer);
  });

  it('lets srt-pass in by password alone', async () => {
    expect((await ssh('srt-pass', 'true', ['-o', 'BatchMode=yes'])).exitCode).toBe(255);
    expect((await ssh('srt-pass', 'true', ['-o', 'PreferredAuthentications=publickey'])).stderr).toMatch(
      /denied \(password\)/,
    );
    const env = { ...cluster.env(), SSH_ASKPASS: `${cluster.dir}/askpass`, SSH_ASKPASS_REQUIRE: 'force' };
    const asked = await execa('ssh', ['srt-pass', 'id -un'], { env, extendEnv: false, stdin: 'ignore' });
    expect(asked.stdout).toBe('srt-pass');
  });

  it('stops, freezes and starts a single daemon', async () => {
    const controller = cluster.daemon('slurmctld2');
    await controller.stop({ kill: true });
    expect(await cluster.asUser('srt-bash2nd', 'scontrol ping || true')).toMatch(/is DOWN/);
    await controller.start();
    expect(await cluster.asUser('srt-bash2nd', 'scontrol ping')).toMatch(/is UP/);
    await controller.freeze();
    expect(await cluster.asUser('srt-bash2nd', 'timeout 1 squeue || echo $?')).toBe('124');
    await controller.thaw();
    expect(await cluster.asUser('srt-bash2nd', 'scontrol ping')).toMatch(/is UP/);
  });

  it('puts a wrapper in the place of a command, and counts calls', async () => {
    const counter = await cluster.countCalls('srt-other');
    const undo = await cluster.wrap(
      'srt-other',
      'sbatch',
      '"$REAL" "$@" > ~/lost; echo "sbatch: error: Socket timed out" >&2; exit 1',
    );
    const lost = await ssh('srt-other', 'sbatch --parsable --wrap true; squeue -h; squeue -h');
    await undo();
    expect(lost.stderr).toBe('sbatch: error: Socket timed out');
    expect(await cluster.asUser('srt-other', 'cat lost')).toMatch(/^\d+$/);
    expect([counter.count('sbatch'), counter.count('squeue'), counter.count('sacct')]).toEqual([1, 2, 0]);
    await counter.stop();
    // The site has an sbatch of its own (Pyxis').
    const found = (await ssh('srt-other', 'command -v sbatch squeue')).stdout;
    expect(found).toBe(`${cluster.dir}/site/bin/sbatch\n/usr/bin/squeue`);
  });

  it('has disks that fill up', async () => {
    const disk = await cluster.smallDisk({ megabytes: 1 });
    expect(await cluster.asUser('srt-bash', `head -c 3m /dev/zero > ${disk.path}/f 2>&1 || echo full`)).toMatch(
      /full$/,
    );
    await disk.release();
    expect(existsSync(`${disk.path}/f`)).toBe(false);
  });

  it('carries ssh over a slow link, and cuts and freezes it', async () => {
    const link = await cluster.link({ delayMs: 200 });
    const start = performance.now();
    expect((await ssh(link.host, 'echo $USER')).stdout).toBe('srt-bash');
    // Version, key exchange, authentication and the command itself are round trips one after another.
    expect(performance.now() - start).toBeGreaterThan(5 * 200);
    expect(link.proxy.connections()).toBe(1);
    expect(link.proxy.bytes().up).toBeGreaterThan(1000);

    link.proxy.setDelay(0);
    const cut = link.proxy.cutAfter({ down: 100_000 });
    const killed = await ssh(link.host, 'head -c 1000000 /dev/zero');
    await cut;
    expect(killed.exitCode).toBe(255);
    expect(killed.stdout.length).toBeLessThan(100_000);
    expect((await ssh(link.host, 'true')).stderr).toMatch(/Connection refused/);
    await link.proxy.restore();
    expect((await ssh(link.host, 'true')).exitCode).toBe(0);

    link.proxy.freeze();
    let ended = false;
    const frozen = ssh(link.host, 'echo thawed').finally(() => {
      ended = true;
    });
    await expect.poll(() => link.proxy.connections(), { timeout: 60_000 }).toBe(4);
    expect(ended).toBe(false);
    await link.proxy.restore();
    expect((await frozen).stdout).toBe('thawed');
    await link.close();
  });
});

describe('the proxy', () => {
  it('delays without holding back, and keeps the order', async () => {
    const total = 20_000_000;
    const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const proxy = await startProxy({ target: port, delayMs: 100 });
    const sent = Buffer.alloc(total);
    for (let i = 0; i < total; i += 4) sent.writeUInt32LE(i, i);
    const start = performance.now();
    const echoed = await echo(proxy.port, sent);
    const took = performance.now() - start;
    expect(Buffer.compare(echoed, sent)).toBe(0);
    expect(took).toBeGreaterThan(250);
    // A window of 64 kB a round trip would take 30 s.
    expect(took).toBeLessThan(15_000);
    expect(proxy.bytes()).toEqual({ up: total, down: total });
    await proxy.close();
    server.close();
  });
});

async function echo(port: number, data: Buffer): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  socket.end(data);
  const parts: Buffer[] = [];
  for await (const part of socket) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
