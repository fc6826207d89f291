/** What a job and its steps have in their environment, whatever is said of --export: [env] as it is, and nothing of the shell that submits. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { inConf } from '../kit/hostile-text.ts';
import { makeToy, type Toy } from '../kit/toy.ts';

/** What `--export=NAME=value,…` and a shell would each take apart. */
const VALUES: Record<string, string> = {
  COMMAS: 'a,B=c,,ALL,NONE',
  EQUALS: '=a==b=',
  QUOTES: `it's "two" 'kinds' \``,
  DOLLAR: '$HOME ${PATH} $(id) $$',
  BLANKS: '  two  blanks\tand a tab ',
  LINES: 'first\nsecond\n\nFAKE=fourth',
  LOCAL: '한국어 é',
};
const PRIVATE = 'PRIVATE=secret SBATCH_EXPORT=NONE SBATCH_TIMELIMIT=1 SLURM_NTASKS=3 SLURM_EXPORT_ENV=NONE';
const LOOK = 'env -0 >batch.env\nsrun -n1 env -0 >step.env\n';

describe.skipIf(clusterUnavailable())('exported variables', () => {
  let cluster: TestCluster;
  let toy: Toy;

  const asUser = (command: string) => cluster.asUser('srt-bash', command);
  const environment = (path: string): Map<string, string> =>
    new Map(
      toy
        .read(path)
        .split('\0')
        .filter(Boolean)
        .map((entry) => [entry.split('=')[0] as string, entry.slice(entry.indexOf('=') + 1)]),
    );

  beforeAll(async () => {
    cluster = await ensureCluster();
    toy = makeToy(
      `REMOTE_HOST=srt\nREMOTE_DIR=${cluster.remoteDir()}\nPOLL_INTERVAL=2\nSBATCH_MEM=50M\nSBATCH_TIME=5\n`,
      cluster.env(),
    );
    const env = Object.entries(VALUES).map(([name, value]) => `${name}=${inConf(value)}`);
    const common = `SCRIPT=look.sh\nRESULTS_PULL="batch.env step.env"`;
    toy.write('look.sh', LOOK);
    toy.write('slurm/templates/all.sbatch', `#!/bin/bash\n#SBATCH --export=ALL,A=1\n${LOOK}`);
    for (const [name, lines] of Object.entries({
      plain: common,
      none: `${common}\nSBATCH_EXPORT=NONE`,
      all: `${common}\nTEMPLATE=all`,
    })) {
      toy.profile(name, `${lines}\n[env]\n${env.join('\n')}\n`);
    }
    await asUser(`echo 'export ${PRIVATE}' >.bashrc`);
    expect(await asUser('. ./.bashrc; echo $PRIVATE')).toBe('secret');
  });
  afterAll(async () => {
    await asUser('rm -f .bashrc');
    toy?.remove();
  });

  test.each(['plain', 'none', 'all'])('%s', async (name) => {
    const ended = await toy.json('slurm-full', { PROFILE: name });
    expect(ended.exit, ended.stderr + ended.stdout).toBe(0);
    for (const file of ['batch.env', 'step.env']) {
      const seen = environment(file);
      for (const [key, value] of Object.entries(VALUES)) expect(seen.get(key), `${file} ${key}`).toBe(value);
      expect(seen.get('PATH'), file).toContain('/usr/bin');
      expect(seen.get('A'), file).toBe(name === 'all' ? '1' : undefined);
      for (const leak of ['PRIVATE', 'SBATCH_EXPORT', 'SBATCH_TIMELIMIT', 'SLURM_EXPORT_ENV', 'FAKE'])
        expect(seen.has(leak), `${file} ${leak}`).toBe(false);
      expect(seen.get('SLURM_NTASKS') ?? '1', file).toBe('1');
    }
  });
});
