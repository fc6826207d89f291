/** podman and buildah themselves: what they build, what is taken out of their stores, and what becomes of it when unpacked. */

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { remoteText } from '../../src/host/program.ts';
import { prepareArchive } from '../../src/image/archive.ts';
import { imageId } from '../../src/image/engine.ts';
import { clusterUnavailable, ensureCluster } from '../cluster/cluster.ts';
import { makeRootfs } from '../kit/containers.ts';
import { makeToy, type Toy } from '../kit/toy.ts';
import { treeOf } from './layers.ts';
import { openStore, type Store } from './store.ts';

/** Layers that hide, replace and shut, as people's Dockerfiles make them. */
const DOCKERFILE = `FROM scratch
COPY root /
ENV A="x y" PATH=/usr/bin:/bin
RUN mkdir -p /opt/a/b /opt/gone /srv/shut && echo 1 >/opt/a/b/f && echo 2 >/opt/gone/g && echo f >/srv/file && ln /srv/file /srv/hard \\
  && ln -s ../opt/a /srv/link && echo s >/srv/shut/s && chmod 0 /srv/shut && echo x >/srv/swap && mkdir /srv/fold && echo y >/srv/fold/y
RUN rm -rf /opt/gone && rm -rf /opt/a && mkdir /opt/a && echo new >/opt/a/n && rm /srv/swap && mkdir /srv/swap && echo in >/srv/swap/in
RUN rm -rf /srv/fold && echo flat >/srv/fold && echo more >/srv/shut/more && echo again >>/srv/hard && chmod 4711 /bin/busybox
WORKDIR /work
ENTRYPOINT ["/bin/env"]
`;

describe.skipIf(clusterUnavailable())('engines', () => {
  let context: string;
  let store: Store;

  beforeAll(async () => {
    await ensureCluster(); // which installs podman and its likes
    context = mkdtempSync(join(tmpdir(), 'context-'));
    const root = await makeRootfs({ bash: false });
    await execa('mv', [root, join(context, 'root')]);
    writeFileSync(join(context, 'Dockerfile'), DOCKERFILE);
    store = openStore();
    for (const [name, value] of Object.entries(store.env)) saved.set(name, set(name, value));
  });
  afterAll(() => {
    for (const [name, value] of saved) set(name, value);
    store?.remove();
    rmSync(context, { recursive: true, force: true });
  });
  /** This process's own environment is what src looks at. */
  const saved = new Map<string, string | undefined>();
  const set = (name: string, value: string | undefined): string | undefined => {
    const before = process.env[name];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
    return before;
  };

  test.each(['podman', 'buildah'] as const)('what %s saved unpacks as umoci does it', async (engine) => {
    const work = mkdtempSync(join(tmpdir(), 'saved-'));
    try {
      await execa('podman', ['build', '--quiet', '--tag', 'localhost/many:1', context]);
      const id = (await imageId(engine, 'localhost/many:1')) ?? '';
      expect(id).toMatch(/^[0-9a-f]{64}$/);
      expect(await imageId(engine, 'localhost/none:1')).toBeUndefined();
      const layout = await prepareArchive(engine, 'localhost/many:1', id, join(work, 'out'));
      expect(layout.id).toBe(id);
      const program = `${remoteText('unpack-plan')}\n${remoteText('unpack')}\nunpack "$1" "$2"`;
      await execa('chmod', ['-R', 'a+rwX', work]);
      const ordinary = ['--reuid=65534', '--regid=65534', '--clear-groups', 'sh', '-c', program, 'unpack'];
      await execa('setpriv', [...ordinary, join(work, 'out', layout.description), join(work, 'root')]);
      await execa('buildah', ['push', '--quiet', 'localhost/many:1', `oci:${join(work, 'oci')}:1`]);
      await execa('umoci', ['unpack', '--image', `${join(work, 'oci')}:1`, join(work, 'bundle')]);
      const theirs = join(work, 'bundle/rootfs');
      // What enroot adds, and the working directory; and what nobody may read is made readable to its owner.
      const ours = (await treeOf(join(work, 'root'))).filter(
        (line) => !/ (etc\/(rc|rc\.local|environment|fstab)|work)$/.test(line),
      );
      await execa('sh', ['-c', 'find . -type d -exec chmod u+rwx {} + ; find . -type f -exec chmod u+r {} +'], {
        cwd: theirs,
      });
      expect(ours).toEqual(await treeOf(theirs));
      expect(ours).toContain('f644 srv/shut/more');
      await execa('diff', ['-r', '--no-dereference', '-x', 'etc', '-x', 'work', join(work, 'root'), theirs]);
      expect(readFileSync(join(work, 'root/etc/environment'), 'utf8')).toBe('PATH=/usr/bin:/bin\nA=x y\n');
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });

  describe('chosen by slurm-image-build', () => {
    let toy: Toy;
    let only: Store | undefined;
    afterEach(() => {
      toy?.remove();
      only?.remove();
      only = undefined;
    });

    /** A project with that Dockerfile, on a laptop that has these of the engines; `others` are scripts in place of some. */
    function project(engines: string[], others: Record<string, string> = {}): void {
      // Everything else of /usr/bin, by links.
      only = openStore('');
      for (const name of readdirSync('/usr/bin')) {
        if (!/^(docker|podman.*|buildah|node)$/.test(name) || engines.includes(name))
          symlinkSync(`/usr/bin/${name}`, join(only.bin, name));
      }
      symlinkSync(process.execPath, join(only.bin, 'node'));
      for (const [name, script] of Object.entries(others)) writeFileSync(join(only.bin, name), script, { mode: 0o755 });
      toy = makeToy('REMOTE_HOST=local\nREMOTE_DIR=there\nSCHEDULER=local\n', {
        ...process.env,
        ...only.env,
        PATH: only.bin,
      });
      toy.write('Dockerfile', 'FROM scratch\nCOPY hello /\n');
      toy.write('hello', 'hello\n');
      toy.write('slurm/images/small.conf', 'DOCKERFILE=Dockerfile\n');
    }
    /** Stands in for docker's client where no daemon runs, in its words. */
    const noDaemon =
      '#!/bin/sh\necho "Cannot connect to the Docker daemon at unix:///var/run/docker.sock." >&2\nexit 1\n';

    test('is podman where docker has no daemon', async () => {
      project(['podman', 'buildah'], { docker: noDaemon });
      const { exit, json } = await toy.json('slurm-image-build');
      expect(exit).toBe(0);
      expect(json).toMatchObject({ program: 'podman', tag: 'small:latest', platform: 'linux/amd64', guessed: false });
    });

    test('is buildah where it is alone', async () => {
      project(['buildah']);
      expect((await toy.json('slurm-image-build', { TAG: 'dev' })).json).toMatchObject({
        program: 'buildah',
        tag: 'small:dev',
      });
    });

    // The real one needs a daemon, which needs more of the kernel than there may be.
    test('is docker where it answers: podman under its name, with its words for a version', async () => {
      project(['podman'], { docker: `#!/bin/sh\n[ "$1" = version ] && echo 28.0 && exit\nexec podman "$@"\n` });
      expect((await toy.json('slurm-image-build')).json).toMatchObject({ program: 'docker' });
    });

    test('and without any there is an error that names all three and the way without', async () => {
      project([], { docker: noDaemon });
      const { exit, stderr } = await toy.make('slurm-image-build');
      expect(exit).toBe(2);
      expect(stderr).toContain('Of docker, podman and buildah none can be used on this machine.');
      expect(stderr).toContain('Cannot connect to the Docker daemon');
      expect(stderr).toContain('make slurm-image-refresh');
    });

    test('a failed build shows what was said, and its code', async () => {
      project(['podman']);
      toy.write('Dockerfile', 'FROM scratch\nCOPY nothing /\n');
      const { exit, stdout, stderr } = await toy.make('slurm-image-build');
      expect(exit).toBe(1);
      expect(stdout + stderr).toContain('COPY nothing /');
      expect(stderr).toContain('podman could not build small');
    });

    test('what was not built is not sent', async () => {
      project(['podman']);
      const { exit, stderr } = await toy.make('slurm-image-push');
      expect(exit).toBe(2);
      expect(stderr).toContain('There is no small:latest on this machine');
      expect(stderr).toContain('make slurm-image-build IMAGE=small');
    });

    test('a base, requirements, set-up and variables need no Dockerfile', async () => {
      project(['podman']);
      await execa('podman', ['build', '--quiet', '--tag', 'localhost/base:1', context], { env: only?.env });
      toy.write(
        'slurm/images/small.conf',
        'BASE=localhost/base:1\nREQUIREMENTS=req/a.txt\nSETUP=setup.sh\nENV="B=\'b c\'"\n',
      );
      toy.write('req/a.txt', '-r b.txt\none\n');
      toy.write('req/b.txt', 'two\n');
      toy.write('setup.sh', '#!/bin/sh\necho set up by $(id -u) >/made\n', 0o755);
      const plan = await toy.make('slurm-image-build', { DRY_RUN: '1' });
      expect(plan.stdout).toContain('FROM localhost/base:1');
      const { exit, json, stderr } = await toy.json('slurm-image-build');
      expect(exit, stderr).toBe(0);
      const mounted = await execa('podman', ['image', 'mount', json.tag], { env: only?.env });
      expect(readFileSync(join(mounted.stdout, 'made'), 'utf8')).toBe('set up by 0\n');
      expect(existsSync(join(mounted.stdout, 'tmp/slurm-runner'))).toBe(false);
      const inspected = await execa('podman', ['image', 'inspect', json.tag], { env: only?.env });
      expect(JSON.parse(inspected.stdout)[0].Config.Env).toContain('B=b c');
    });
  });
});
