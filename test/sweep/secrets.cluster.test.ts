/** Secrets reach every task of a sweep, lie in one file that only their owner reads, and are gone when the last of them has no use for them. */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { unique } from '../cluster/laptop.ts';
import { beginnings, type SweepToy, sweepToy } from '../kit/sweeps.ts';
import { until } from '../kit/toy.ts';

// Each begins with a word that is nowhere else, which is what is looked for.
const WORDS = { API_KEY: `ofenv${unique()}`, DB_PASS: `offile${unique()}` };
const VALUES = { API_KEY: `${WORDS.API_KEY} it's "$HOME" \`id\` \\n é`, DB_PASS: `${WORDS.DB_PASS}!;'x` };
const SUMS = Object.values(VALUES).map((value) => createHash('sha256').update(value).digest('hex'));
const MORE = `for secret in "$API_KEY" "$DB_PASS"; do printf %s "$secret" | sha256sum; done | cut -c1-64 >"$RESULTS_DIR/sums"
`;

describe.skipIf(clusterUnavailable())('the secrets of a sweep', () => {
  let cluster: TestCluster;
  let our: SweepToy;
  /** Where process lists are kept; a file `stop` in it ends that. */
  let folder: string;
  let watching: Promise<unknown> | undefined;
  const sweep = { SWEEP: 'keys' };
  const exists = async (path: string) => (await our.asUser(`test -e '${path}' && echo yes || :`)) === 'yes';
  /** Files of the whole cluster (homes, Slurm's state, logs, the database) that hold one. */
  const holders = async (): Promise<string[]> => {
    // In a file, for the words would be seen in the process list of the one who looks for them.
    const words = join(cluster.dir, `words-${unique()}`);
    writeFileSync(words, `${Object.values(WORDS).join('\n')}\n`, { mode: 0o600 });
    const found = await cluster.asRoot(`grep -rlaF -f ${words} ${cluster.dir} 2>/dev/null || :`);
    rmSync(words);
    return found.split('\n').filter((file) => file !== '' && file !== words);
  };

  beforeAll(async () => {
    cluster = await ensureCluster();
    folder = join(cluster.dir, `ps-${unique()}`);
    mkdirSync(folder, { mode: 0o700 });
    our = await sweepToy(cluster, { more: MORE, environment: { API_KEY: VALUES.API_KEY } });
    our.toy.write('.env', `DB_PASS="${VALUES.DB_PASS}"\n`, 0o600);
    our.toy.write('slurm/profiles/p.conf', `SECRETS="API_KEY DB_PASS"\n${our.toy.read('slurm/profiles/p.conf')}`);
    our.toy.profile('lacks', 'COMMAND=true\nSECRETS="API_KEY NO_SUCH"\n');
    our.toy.write('slurm/sweeps/keys.yaml', 'profile: p\nmatrix: {N: [a, b, c, d]}\nmax_concurrent: 3\n');
  });
  afterAll(async () => {
    writeFileSync(join(folder, 'stop'), '');
    await watching;
    rmSync(folder, { recursive: true });
    await our.remove();
  });

  test('a missing one is told by line before anything is sent', async () => {
    for (const DRY_RUN of ['1', '']) {
      const { exit, json } = await our.json('slurm-sweep-start', { ...sweep, PROFILE: 'lacks', DRY_RUN });
      expect(exit).toBe(2);
      expect(json.problems).toMatchObject([
        { kind: 'missing-secret', name: 'NO_SUCH', place: { file: 'slurm/profiles/lacks.conf', line: 2 } },
      ]);
    }
    expect(await our.asUser(`ls '${our.remoteDir}' 2>/dev/null || :`)).toBe('');
  });

  test('are in the environment of every task and in one 0600 file alone, and gone once all is collected', async () => {
    // Every process of every user, again and again, from before the start to after the collect.
    watching = cluster.asRoot(
      `while [ ! -e ${folder}/stop ]; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '; echo; sleep 0.02; done >${folder}/seen`,
    );
    await our.tell(': >slow; : >wait.1; echo 3 >fail.2');
    const { push } = await our.good('slurm-sweep-start', { ...sweep, COUNT: '3' });
    const file = `${push.runDir}/.slurm-runner/secrets`;
    await until('three have begun', async () => beginnings(await our.notes()).size === 3);
    expect(await cluster.asRoot(`stat -c '%a %U' ${file}`)).toBe('600 srt-bash');
    expect(await holders()).toEqual([file]);
    // Some have ended and come home: one that waits has need of them still.
    await until('two have ended', async () => {
      const { counts } = await our.good('slurm-sweep-status', sweep);
      return counts.done + counts.failed === 2;
    });
    await our.good('slurm-sweep-collect', sweep, 1);
    expect(await exists(file)).toBe(true);
    await our.tell('rm wait.1 fail.2');
    await our.good('slurm-sweep-watch', sweep, 1);
    await our.good('slurm-sweep-collect', sweep, 1);
    expect(await exists(file)).toBe(false);
    await our.good('slurm-sweep-resume', sweep);
    await our.good('slurm-sweep-watch', sweep);
    expect(await exists(file)).toBe(true);
    const { status } = await our.good('slurm-sweep-collect', sweep);
    for (const { name } of status.cells) expect(our.toy.read(`results/keys/${name}/sums`)).toBe(`${SUMS.join('\n')}\n`);
    expect(await holders()).toEqual([]);
    writeFileSync(join(folder, 'stop'), '');
    await watching;
    const seen = readFileSync(join(folder, 'seen'), 'latin1');
    // As yes and no: a failing test has no business to print it.
    expect(Object.values(WORDS).filter((word) => seen.includes(word))).toEqual([]);
    expect(seen.includes('--array=0-2%3')).toBe(true);
  });

  test('stay while one of several arrays is alive, and go when all is cancelled', async () => {
    await our.tell(': >notes; : >wait.0; : >wait.2');
    const { push, submitted } = await our.good('slurm-sweep-start', { ...sweep, COUNT: '2' });
    const file = `${push.runDir}/.slurm-runner/secrets`;
    const resumed = await our.good('slurm-sweep-resume', sweep);
    await until('both wait', async () => {
      const begun = beginnings(await our.notes());
      return begun.has(0) && begun.has(2);
    });
    const ids = [submitted, resumed.submitted].map(({ arrays }) => arrays[0]?.jobId ?? '');
    expect((await our.good('slurm-sweep-cancel', { ...sweep, CELL: '0' })).ids).toEqual([`${ids[0]}_0`]);
    expect(await exists(file)).toBe(true);
    expect((await our.good('slurm-sweep-cancel', sweep)).ids).toContain(ids[1]);
    expect(await exists(file)).toBe(false);
    await our.good('slurm-sweep-watch', sweep, 1);
    expect(await holders()).toEqual([]);
    const collected = await our.good('slurm-sweep-collect', { ...sweep, FORCE: '1' }, 1);
    expect(collected.collected.removed).toBe(true);
  });
});
