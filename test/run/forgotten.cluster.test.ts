/** Jobs that everybody has forgotten: a cluster without accounting, whose queue forgets after 5 s. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { makeToy, type Toy, until } from '../kit/toy.ts';

const PROFILES = ['marked', 'unmarked'] as const;

describe.skipIf(clusterUnavailable())('an id that everybody has forgotten', () => {
  let cluster: TestCluster;
  let toy: Toy;
  const dirs: Record<string, string> = {};
  const asUser = (command: string) => cluster.asUser('srt-bash2nd', command);

  beforeAll(async () => {
    cluster = await ensureCluster();
    const remoteDir = cluster.remoteDir('srt-bash2nd');
    toy = makeToy(`REMOTE_HOST=srt-bash2nd\nREMOTE_DIR=${remoteDir}\nPOLL_INTERVAL=1\nSBATCH_MEM=50M\n`, cluster.env());
    const ids = await Promise.all(
      PROFILES.map(async (name) => {
        toy.profile(name, 'COMMAND="mkdir out; echo r > out/r"\nRESULTS_PULL=out/\n');
        const { exit, json, stderr } = await toy.json('slurm-run', { PROFILE: name });
        expect(exit, `${name}: ${stderr} ${JSON.stringify(json.problems)}`).toBe(0);
        dirs[name] = json.push.runDir;
        return json.submit.jobId as string;
      }),
    );
    const forgotten = async () => {
      const left = (await asUser('squeue -h -t all -o %A')).split('\n');
      return ids.every((id) => !left.includes(id));
    };
    await until('the cluster has forgotten both', forgotten, 90);
  });
  afterAll(() => toy?.remove());

  test('without its marker it is UNKNOWN, which collects nothing', async () => {
    await asUser(`rm ${dirs.unmarked}/.slurm-runner/attempt-1/end`);
    const watched = await toy.make('slurm-watch', { PROFILE: 'unmarked' });
    expect(watched.exit).toBe(1);
    expect(watched.stdout).toMatch(/nobody can tell how it stands \(UNKNOWN\)/);
    expect(watched.stdout).toMatch(/→ Neither .*queue nor accounting nor an end marker/);
    const refused = await toy.json('slurm-collect', { PROFILE: 'unmarked' });
    expect(refused.json).toMatchObject({ exit: 4, problems: [{ kind: 'undecided', verdict: { state: 'UNKNOWN' } }] });
    expect(toy.has('out/r')).toBe(false);
    expect(toy.has('slurm/jobs/unmarked.rundir')).toBe(true);
    await asUser(`test -d ${dirs.unmarked}`);
    const forced = await toy.json('slurm-collect', { PROFILE: 'unmarked', FORCE: '1' });
    expect(forced.json.removed, JSON.stringify(forced.json)).toBe(true);
    expect(toy.read('out/r')).toBe('r\n');
  });

  test('its marker alone is enough', async () => {
    const watched = await toy.make('slurm-watch', { PROFILE: 'marked' });
    expect(watched.exit, watched.stdout).toBe(0);
    const { exit, json } = await toy.json('slurm-collect', { PROFILE: 'marked' });
    expect(exit, JSON.stringify(json)).toBe(0);
    expect(json.verdict).toMatchObject({ state: 'COMPLETED', success: true, basis: 'marker' });
    expect(json.removed).toBe(true);
  });
});
