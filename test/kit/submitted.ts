/** A project on the real cluster whose profiles are all on their way before the first test. */

import { afterAll, beforeAll, expect } from 'vitest';
import { ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { type Ended, makeToy, type Toy } from './toy.ts';

/** Goes on when the file `go` appears in its run directory; not for ever, should its test fail. */
export const WAITS = 'n=0; until [ -e go ] || [ $n -gt 5000 ]; do n=$((n+1)); sleep 0.2; done';

export const refused = ({ json: { exit, problems } }: Ended) => ({ exit, kind: problems?.[0]?.kind });

/** To be called in a describe block: submits these profiles of a new project that has these other files; the getters are for its tests and hooks. */
export function submitted<Name extends string>(
  profiles: Readonly<Record<Name, string>>,
  files: Readonly<Record<string, string>> = {},
) {
  let cluster: TestCluster;
  let toy: Toy;
  let remoteDir: string | undefined;
  const toys: Toy[] = [];
  const ids = {} as Record<Name, string>;
  const dirs = {} as Record<Name, string>;
  const asUser = (command: string) => cluster.asUser('srt-bash', command);
  const json = (target: string, profile?: string, more: Record<string, string> = {}): Promise<Ended> =>
    toy.json(target, { ...(profile === undefined ? {} : { PROFILE: profile }), ...more });

  function makeProject(): Toy {
    const made = makeToy(
      `REMOTE_HOST=srt\nREMOTE_DIR=${remoteDir}\nPOLL_INTERVAL=2\nJOB_PREFIX=pre-\nSBATCH_MEM=50M\nSBATCH_TIME=40\n`,
      cluster.env(),
    );
    toys.push(made);
    for (const [path, text] of Object.entries(files)) made.write(path, text);
    for (const [name, lines] of Object.entries(profiles)) made.profile(name, `${lines}\n`);
    return made;
  }

  beforeAll(async () => {
    cluster = await ensureCluster();
    remoteDir = cluster.remoteDir();
    toy = makeProject();
    const rest = Object.keys(profiles) as Name[];
    while (rest.length > 0) {
      await Promise.all(
        rest.splice(0, 4).map(async (name) => {
          const { exit, json: document, stderr } = await json('slurm-run', name);
          expect(exit, `${name}: ${stderr} ${JSON.stringify(document.problems)}`).toBe(0);
          ids[name] = document.submit.jobId;
          dirs[name] = document.push.runDir;
        }),
      );
    }
  });

  afterAll(async () => {
    if (remoteDir) await asUser(`squeue -h -o '%A %Z' | grep -F ${remoteDir} | cut -d' ' -f1 | xargs -r scancel`);
    for (const one of toys) one.remove();
  });

  return {
    get cluster() {
      return cluster;
    },
    get toy() {
      return toy;
    },
    get remoteDir() {
      return remoteDir;
    },
    /** Job ids and run directories by profile. */
    ids,
    dirs,
    asUser,
    json,
    exists: async (path: string) => (await asUser(`test -e '${path}' && echo yes || :`)) === 'yes',
    ended: async (profile: string) => (await json('slurm-watch', profile)).json.verdict,
    stateOf: (id: string) => asUser(`squeue -h -r -t all -j ${id} -o %T`),
    /** The same project on another laptop: the same profiles, none of the state. */
    otherLaptop: makeProject,
  };
}
