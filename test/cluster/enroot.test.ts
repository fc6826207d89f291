/** That the stand-in for enroot does what the real 4.1 was seen to do. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  type Hold,
  held,
  makeSqsh,
  type Registry,
  sqshHas,
  sqshRead,
  startRegistry,
  tried,
  turn,
} from '../kit/containers.ts';
import { until } from '../kit/toy.ts';
import { ensureCluster, type TestCluster } from './cluster.ts';

describe.skipIf(inject('noCluster'))('enroot', () => {
  let cluster: TestCluster;
  let registry: Registry;
  let guarded: Registry;
  let folder: string;
  let base: string;
  const run = (command: string) => tried(cluster, `cd ${folder}; export ENROOT_TEMP_PATH=${folder}; ${command}`);
  const containers = () => join(cluster.home('srt-bash'), '.local/share/enroot');
  const isImage = async (file: string) => !(await execa('unsquashfs', ['-s', file], { reject: false })).failed;

  beforeAll(async () => {
    cluster = await ensureCluster();
    folder = cluster.remoteDir();
    await cluster.asUser('srt-bash', `mkdir ${folder}`);
    registry = await startRegistry(cluster);
    guarded = await startRegistry(cluster, { login: true });
    const entry = '#!/bin/sh\necho entered >&2\nexec "$@"\n';
    const contents = { env: { FOO: 'image', BAR: 'two words' }, workdir: '/opt/work', entrypoint: ['/entry.sh'] };
    await registry.push('team/base:v1', { ...contents, files: { '/entry.sh': entry } });
    await guarded.push('team/base:v1');
    base = `docker://${registry.address}#team/base:v1`;
    await makeSqsh(join(folder, 'made.sqsh'));
  });

  afterAll(async () => {
    await registry.stop();
    await guarded.stop();
    await cluster.asUser('srt-bash', `rm -rf ${folder} ~/.local/share/enroot* ~/.cache/enroot ~/.config/enroot`);
  });

  it('imports from a registry, and keeps ENV, WORKDIR and ENTRYPOINT as files', async () => {
    const imported = await run(`enroot import -o a.sqsh ${base}`);
    expect(imported.exit).toBe(0);
    const file = join(folder, 'a.sqsh');
    expect(await sqshRead(file, '/etc/environment')).toContain('FOO=image\nBAR=two words');
    expect(await sqshRead(file, '/etc/rc')).toMatch(/cd "\/opt\/work"[\s\S]*exec '\/entry.sh' "\$@"/);
    expect(await run(`enroot import ${base} && ls team+base+v1.sqsh`)).toMatchObject({ exit: 0 });
    expect((await run(`enroot digest ${base}`)).text).toMatch(/^sha256:[0-9a-f]{64}$/m);
  });

  it('refuses an existing output, an absent folder, and other schemes', async () => {
    await run('echo mine > there.sqsh');
    const again = await run(`enroot import -o there.sqsh ${base}`);
    expect(again).toEqual({ exit: 1, text: `[ERROR] File already exists: ${folder}/there.sqsh` });
    expect((await run(`enroot import -f -o there.sqsh ${base}`)).text).toMatch(/^Usage/);
    expect(await run(`enroot import -o none/x.sqsh ${base}`)).toMatchObject({ exit: 1 });
    const scheme = await run('enroot import -o x.sqsh file:///etc/passwd');
    expect(scheme).toEqual({ exit: 1, text: '[ERROR] Invalid argument: file:///etc/passwd' });
  });

  it.each([
    ['an unknown tag', () => `${base}x`, 1, /returned error code: 404 Not Found$/],
    ['nobody at the port', () => 'docker://127.0.0.1:9#team/base', 7, /curl: \(7\) Failed to connect/],
    ['no such name', () => 'docker://no.such.host.invalid#team/base', 6, /curl: \(6\) Could not resolve host/],
    ['no TLS over there', () => `${base}; exit $?`, 35, /curl: \(35\)/],
  ])('ends as the network does: %s', async (what, uri, exit, text) => {
    const http = what.startsWith('no TLS') ? 'no' : 'yes';
    const ended = await run(`export ENROOT_ALLOW_HTTP=${http}; enroot import -o none.sqsh ${uri()}`);
    expect(ended.exit).toBe(exit);
    expect(ended.text).toMatch(text);
  });

  it('finds a login in its own file, and does not say that one is missing or wrong', async () => {
    const uri = `docker://${guarded.address}#team/base:v1`;
    const credentials = async (text: string) =>
      cluster.asUser('srt-bash', `mkdir -p ~/.config/enroot; echo '${text}' > ~/.config/enroot/.credentials`);
    const anonymous = await run(`enroot import -o guarded.sqsh ${uri}`);
    expect(anonymous.exit).toBe(1);
    expect(anonymous.text).toMatch(/Authenticating with user: <anonymous>$/);
    await credentials('machine 127.0.0.1 login alice password wrong');
    const wrong = await run(`enroot import -o guarded.sqsh ${uri}`);
    expect(wrong.exit).toBe(1);
    expect(wrong.text).toMatch(/Using credentials from file: .*\.credentials$/);
    await credentials('machine 127.0.0.1 login alice password $WORD');
    expect(await run(`WORD=secret enroot import -o guarded.sqsh ${uri}`)).toMatchObject({ exit: 0 });
  });

  it('creates, exports and removes by name, each asking for -f before it destroys', async () => {
    expect(await run('enroot create -n one made.sqsh')).toMatchObject({ exit: 0 });
    const again = await run('enroot create -n one made.sqsh');
    expect(again).toEqual({ exit: 1, text: `[ERROR] File already exists: ${containers()}/one` });
    expect(await run('enroot create -f -n one made.sqsh')).toMatchObject({ exit: 0 });
    expect(await run('enroot create -n a/b made.sqsh')).toMatchObject({ exit: 1 });
    expect((await run('enroot create -n two /etc/passwd')).text).toBe('[ERROR] Invalid image format: /etc/passwd');
    expect((await run('enroot list')).text.split('\n')).toContain('one');
    expect(await run('enroot export -o out.sqsh one')).toMatchObject({ exit: 0 });
    expect(await sqshHas(join(folder, 'out.sqsh'), '/.lock')).toBe(false);
    expect(await run('enroot export -o out.sqsh one')).toMatchObject({ exit: 1 });
    expect(await run('enroot export -f -o out.sqsh one')).toMatchObject({ exit: 0 });
    expect(await run('enroot remove one')).toMatchObject({ exit: 1 });
    expect(await run('enroot remove -f one')).toMatchObject({ exit: 0, text: '' });
    expect(await run('enroot remove -f one')).toMatchObject({ exit: 1 });
    expect((await run('enroot delete one')).text).toMatch(/^Usage/);
  });

  it('shows nothing of the host inside, nothing to write on without --rw, and passes the exit code on', async () => {
    await run(`[ -e b.sqsh ] || enroot import -o b.sqsh ${base}; enroot create -f -n inside b.sqsh`);
    const shown = await run(
      'A=host enroot start -e B=given inside sh -c "env; pwd; ls /.lock; touch /tmp/x /run/x && touch /x"',
    );
    expect(shown.text).toMatch(/^entered$/m);
    expect(shown.text).toMatch(/^FOO=image$/m);
    expect(shown.text).toMatch(/^B=given$/m);
    expect(shown.text).not.toMatch(/^A=/m);
    expect(shown.text).toMatch(/^\/opt\/work\n\/\.lock$/m);
    expect(shown.text).toMatch(/touch: \/x: Read-only file system$/);
    expect(await run('enroot start inside sh -c "exit 42"')).toMatchObject({ exit: 42 });
    expect(await run('enroot start inside nosuch')).toMatchObject({ exit: 127 });
    expect(await run(`enroot start inside sh -c 'kill -9 $$'`)).toMatchObject({ exit: 137 });
    const root = await run('enroot start --rw --root inside sh -c "id -u; touch /x; pip install -q a no-such-b"');
    expect(root.exit).toBe(1);
    expect(root.text).toMatch(/^0$[\s\S]*No matching distribution found for no-such-b$/m);
    expect(existsSync(join(containers(), 'inside/x'))).toBe(true);
    const mounted = await run(`enroot start -m ${folder}:/mnt inside sh -c 'echo there > /mnt/x'; cat x`);
    expect(mounted.text).toMatch(/there$/);
    await run('enroot remove -f inside');
  });

  it('starts an image file too, where the machine lets it', async () => {
    const undo = [turn(cluster, 'fuse')];
    expect(await run('enroot start --rw made.sqsh touch /x')).toMatchObject({ exit: 0 });
    undo.push(turn(cluster, 'without.squashfuse'));
    const refused = await run('enroot start made.sqsh true');
    for (const back of undo) back();
    expect(refused).toEqual({ exit: 1, text: '[ERROR] Command not found: squashfuse' });
  });

  it('fails in every command without a runtime folder', async () => {
    const undo = turn(cluster, 'no-runtime-dir');
    const ended = await run('enroot list');
    undo();
    expect(ended.exit).toBe(1);
    expect(ended.text).toMatch(/mkdir: cannot create directory ./);
  });

  /** Starts it in a process group of its own and waits until it is held. */
  async function startHeld(where: Hold, command: string): Promise<{ pid: string; goOn: () => void }> {
    const goOn = turn(cluster, `hold.${where}`);
    const line = `cd ${folder}; ENROOT_TEMP_PATH=${folder} setsid ${command} >/dev/null 2>&1 </dev/null & echo $!`;
    const pid = await cluster.asUser('srt-bash', line);
    await held(cluster, where);
    return { pid, goOn };
  }
  const gone = (pid: string) =>
    until('its end', async () => (await tried(cluster, `/bin/kill -0 -- -${pid}`)).exit !== 0);

  it('goes on with an import or an export when only its own process is killed', async () => {
    await run('enroot create -f -n kept made.sqsh');
    for (const command of [`enroot import -o late.sqsh ${base}`, 'enroot export -o late.sqsh kept']) {
      const { pid, goOn } = await startHeld('squash', command);
      await cluster.asUser('srt-bash', `kill -KILL ${pid}`);
      expect(await isImage(join(folder, 'late.sqsh'))).toBe(false);
      goOn();
      await until('the image', () => isImage(join(folder, 'late.sqsh')));
      await gone(pid);
      await run('rm late.sqsh');
    }
    await run('enroot remove -f kept');
  });

  it('leaves a full-sized file that is no image when its group is killed, and none when it is told to end', async () => {
    const file = join(folder, 'killed.sqsh');
    const killed = await startHeld('squash', `enroot import -o killed.sqsh ${base}`);
    await cluster.asUser('srt-bash', `/bin/kill -KILL -- -${killed.pid}`);
    killed.goOn();
    await gone(killed.pid);
    expect(statSync(file).size).toBeGreaterThan(1_000_000);
    expect(await isImage(file)).toBe(false);
    await run('rm killed.sqsh');
    const told = await startHeld('squash', `enroot import -o killed.sqsh ${base}`);
    await cluster.asUser('srt-bash', `/bin/kill -TERM -- -${told.pid}`);
    await gone(told.pid);
    told.goOn();
    expect(existsSync(file)).toBe(false);
  });

  it('leaves a part of the root under the name when a create is killed', async () => {
    const { pid, goOn } = await startHeld('create', 'enroot create -n part made.sqsh');
    await cluster.asUser('srt-bash', `/bin/kill -KILL -- -${pid}`);
    goOn();
    await gone(pid);
    expect(readdirSync(join(containers(), 'part'))).toEqual(['etc']);
    expect((await run('enroot list')).text).toMatch(/^part$/m);
    await run('enroot remove -f part');
  });
});
