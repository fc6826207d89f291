/** A project with one image, `my`, on the test cluster, made from a base in a registry of the tests' own. */

import { afterAll, afterEach, beforeAll } from 'vitest';
import { ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { type Hold, type Registry, startRegistry, turn, held as untilHeld } from './containers.ts';
import { type Ended, makeToy, type Toy } from './toy.ts';

/** To be called in a describe block. `remoteDir` and `host` are asked for once the cluster is there. */
export function imageProject(
  conf = 'REQUIREMENTS=reqs/slurm.txt\nSETUP=setup.sh\nENV="GREETING=\'hello you\'"\n',
  options: {
    remoteDir?: (cluster: TestCluster) => Promise<string>;
    host?: (cluster: TestCluster) => Promise<string>;
  } = {},
) {
  let cluster: TestCluster;
  let registry: Registry;
  let toy: Toy;
  let remoteDir = '';
  const asUser = (command: string) => cluster.asUser('srt-bash', command);

  // Another run's, that was broken off; never empty, for grep.
  let before = '-';

  beforeAll(async () => {
    cluster = await ensureCluster();
    before = `-\n${await asUser('ls -d /tmp/slurm-runner.* 2>/dev/null || :')}`.trim();
    registry = await startRegistry(cluster);
    await registry.push('team/base:v1', { env: { GREETING: 'the base' }, entrypoint: ['/bin/false'] });
    remoteDir = (await options.remoteDir?.(cluster)) ?? cluster.remoteDir();
    const host = (await options.host?.(cluster)) ?? 'srt';
    toy = makeToy(
      `REMOTE_HOST=${host}\nREMOTE_DIR=${remoteDir}\nPOLL_INTERVAL=2\nSBATCH_MEM=50M\nPARTITION=main\n`,
      cluster.env(),
    );
    toy.write('slurm/images/my.conf', `BASE=${registry.address}#team/base:v1\n${conf}`);
    toy.write('reqs/slurm.txt', 'numpy==1.26\n-r more.txt\n');
    toy.write('reqs/more.txt', 'tqdm\n');
    toy.write('setup.sh', '#!/bin/sh\nid -u >/set-up-by\n');
    toy.profile('c', 'CONTAINER=my\nCOMMAND="cat /usr/lib/python3/dist-packages/numpy/version"');
  });
  const held = new Set<() => void>();
  // A test that fails must not hold up those after it.
  afterEach(() => {
    for (const release of held) release();
    held.clear();
  });
  afterAll(async () => {
    toy?.remove();
    await registry?.stop();
    if (remoteDir)
      await asUser(`chmod -R u+rwX '${remoteDir}' 2>/dev/null; rm -rf "$(readlink -f '${remoteDir}')" '${remoteDir}'`);
  });

  return {
    get cluster() {
      return cluster;
    },
    get registry() {
      return registry;
    },
    get toy() {
      return toy;
    },
    get images() {
      return `${remoteDir}/slurm/images`;
    },
    asUser,
    refresh: (variables: Record<string, string> = {}): Promise<Ended> => toy.json('slurm-image-refresh', variables),
    /** Which file the stable link leads to. */
    current: () => asUser(`readlink '${remoteDir}/slurm/images/my.sqsh' || :`),
    /** Holds enroot at a point until `release`; `reached` resolves when it has come there. */
    hold: (point: Hold) => {
      const release = turn(cluster, `hold.${point}`);
      held.add(release);
      return { release, reached: () => untilHeld(cluster, point) };
    },
    /** What is left of builds that should not be, once they have had time to end: nothing half-made, no container, no process at work. */
    leftovers: async () => {
      let left = '?';
      for (let tries = 0; left !== '' && tries < 50; tries++) {
        if (tries > 0) await new Promise((resolve) => setTimeout(resolve, 200));
        left = await asUser(
          `cd '${remoteDir}/slurm/images' && ls -A | grep -vxE '\\.(bases|builds|incoming|sums)|my(-[0-9a-f]{12})?\\.sqsh(\\.info)?' || :
          ls .builds/my | tail -n +3; ls .builds/my/*/ | grep -E '\\.sqsh$|rootfs' || :
          enroot list 2>/dev/null | grep slurm-runner || :; ls -d /tmp/slurm-runner.* 2>/dev/null | grep -vxF '${before}' || :
          ps -u srt-bash -o stat=,args= | grep -E 'enroot|squashfs|worker\\.sh' | grep -vE '^Z|grep' || :`,
        );
      }
      return left;
    },
  };
}
