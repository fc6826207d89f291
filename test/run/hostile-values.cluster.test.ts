/** Hostile values on make's command line, in profiles and in cluster.conf: each arrives as it is or is refused by file and line, and is never run. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { quote } from '../../src/host/quote.ts';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { CANARY, hostileToys, inConf, plain, RUN_IT, spice } from '../kit/hostile-text.ts';
import { type Toy, until } from '../kit/toy.ts';

const word = fc.array(fc.oneof(spice, spice, plain), { maxLength: 6 }).map((parts) => parts.join(''));
/** Without what a double-quoted value of a .conf file has no way to say: a backslash before a quote, a CR. */
const confWord = word.map((text) => text.replace(/[\\\r]/g, ''));

const ARGV = `mkdir -p out
printf '%s\\0' "$@" > out/argv
env -0 > out/env
`;

describe.skipIf(clusterUnavailable())('hostile values', () => {
  const { fresh, runsOf } = hostileToys();
  let cluster: TestCluster;
  let toy: Toy;

  const read = (one: Toy, path: string): string[] =>
    readFileSync(join(one.root, path), 'utf8').split('\0').slice(0, -1);

  beforeAll(async () => {
    cluster = await ensureCluster();
    toy = fresh();
    toy.write('argv.sh', ARGV);
  });

  test("words of ARGS on make's command line arrive exactly", async () => {
    let count = 0;
    toy.profile('cli', 'SCRIPT=argv.sh\nSBATCH_MEM=20M\nRESULTS_PULL=out/\n');
    const words = fc.array(word, { minLength: 30, maxLength: 60 });
    for (const args of fc.sample(words, 3)) {
      // Quoted for a shell by another hand than the code's own: every character with a backslash, newlines in quotes.
      const typed = args.map((text) => (text ? [...text].map((c) => (c === '\n' ? "'\n'" : `\\${c}`)).join('') : "''"));
      const ended = await toy.json('slurm-full', { PROFILE: 'cli', ARGS: typed.join(' ') });
      expect(ended.exit, ended.stdout + ended.stderr).toBe(0);
      expect(read(toy, 'out/argv')).toEqual(args);
      count += args.length;
    }
    console.log(`${count} hostile words from make's command line arrived exactly`);
  });

  test('words of SCRIPT_ARGS and values of [env] in a profile arrive exactly', async () => {
    let count = 0;
    for (const [args, values] of fc.sample(
      fc.tuple(fc.array(confWord, { minLength: 40 }), fc.array(confWord, { minLength: 25 })),
      3,
    )) {
      const quoted = args.map((text) => `'${text.replaceAll("'", `'"'"'`)}'`).join(' ');
      const lines = values.map((value, at) => `HOSTILE_${at}=${inConf(value)}`);
      toy.profile(
        'conf',
        `SCRIPT=argv.sh\nRESULTS_PULL=out/\nSCRIPT_ARGS=${inConf(quoted)}\n[env]\n${lines.join('\n')}\n`,
      );
      const ended = await toy.json('slurm-full', { PROFILE: 'conf' });
      expect(ended.exit, ended.stdout + ended.stderr).toBe(0);
      expect(read(toy, 'out/argv')).toEqual(args);
      const got = new Map(
        read(toy, 'out/env').map((entry) => [entry.split('=')[0], entry.slice(entry.indexOf('=') + 1)]),
      );
      for (const [at, value] of values.entries()) expect(got.get(`HOSTILE_${at}`)).toBe(value);
      count += args.length + values.length;
    }
    console.log(`${count} hostile words and values from profiles arrived exactly`);
  });

  test('a hostile value in any other key arrives as it is, or is refused before anything is sent', async () => {
    const one = fresh();
    const values = [`a'b"c ${RUN_IT.join(' ')} ../ * -- ü`, `x\n${RUN_IT[0]}\ny`, `../../${RUN_IT[1]}`];
    const keys = (
      'SCRIPT PYTHON CODE_FILES RESULTS_PULL DATA_FILES PARTITION ACCOUNT TEMPLATE CONTAINER CONTAINER_MOUNTS CONTAINER_WORKDIR ' +
      'CONTAINER_RUNTIME MODULES CONDA VENV SECRETS SBATCH_ARGS SBATCH_TIME SBATCH_COMMENT SBATCH_GRES SBATCH_NODELIST ' +
      'SBATCH_CONSTRAINT SBATCH_MAIL_USER SBATCH_DEPENDENCY SBATCH_EXPORT SBATCH_QOS SBATCH_ARRAY SBATCH_HOLD'
    ).split(' ');
    // Two of the three for each key.
    const cases = keys.flatMap((key, nth) =>
      values.flatMap((value, at) => ((at + nth) % 3 === 0 ? [] : [{ key, value, name: `${key.toLowerCase()}${at}` }])),
    );
    const told = { arrived: 0, 'refused here': 0, 'refused by sbatch': 0 };
    const wait = cases[Symbol.iterator]();
    const jobs: string[] = [];
    const work = async (): Promise<void> => {
      for (const { key, value, name } of wait) {
        const command = key === 'SCRIPT' ? '' : 'COMMAND=true\n';
        const python = key === 'PYTHON' ? 'SCRIPT=a.py\n' : command;
        one.profile(name, `# a comment\n${python}${key}=${inConf(value)}\n`);
        const ended = await one.json('slurm-run', { PROFILE: name });
        const [problem] = ended.json.problems ?? [];
        if (ended.exit === 0) {
          told.arrived += 1;
          jobs.push(ended.json.submit.jobId);
        } else if (problem.kind === 'submit-refused') told['refused by sbatch'] += 1;
        else {
          told['refused here'] += 1;
          expect(ended.exit, ended.stdout).toBe(2);
          if (problem.kind !== 'container-impossible')
            expect(problem.place, ended.stdout).toMatchObject({ line: expect.any(Number) });
          expect(problem.message).toContain(`slurm/profiles/${name}.conf:`);
          expect((await runsOf(one)).filter((run) => run.startsWith(`${name}-`))).toEqual([]);
        }
      }
    };
    one.write('a.py', '');
    await Promise.all([work(), work(), work()]);
    expect(told.arrived).toBeGreaterThan(3);
    expect(told['refused here']).toBeGreaterThan(20);
    const running = `squeue -h -t R,CF,CG -j ${jobs.join(',')} 2>/dev/null || true`;
    await until('what arrived has run', async () => (await cluster.asUser('srt-bash', running)) === '');
    await cluster.asUser('srt-bash', `scancel ${jobs.join(' ')}`);
    console.log(`${cases.length} hostile values in ${keys.length} keys: ${JSON.stringify(told)}`);
  });

  test('a comment of the user arrives at Slurm as it is', async () => {
    const comment = `it's "so" $(touch ${CANARY}) é`;
    toy.profile('comment', `COMMAND=sleep 60\nSBATCH_COMMENT=${comment}\n`);
    const ended = await toy.json('slurm-run', { PROFILE: 'comment' });
    const { jobId } = ended.json.submit;
    expect(await cluster.asUser('srt-bash', `squeue -h -j ${jobId} -o %k`)).toMatch(/^comment-\d+-\d+ it's "so" /);
    expect((await cluster.asUser('srt-bash', `squeue -h -j ${jobId} -o %k`)).endsWith(comment)).toBe(true);
    await toy.json('slurm-cancel', { JOB_ID: jobId });
  });

  test('hostile values in cluster.conf are refused by line, before ssh is called', async () => {
    const dir = cluster.remoteDir();
    const cases: [string, string][] = [
      ...[`-oProxyCommand=touch ${CANARY}`, `srt;touch ${CANARY}`, '-oProxyCommand=x', 'a b', 'a\nb'].map(
        (value): [string, string] => ['REMOTE_HOST', value],
      ),
      ...[`$(touch ${CANARY})`, '$HOME/x', 'relative', '../x', `/a\nb`, '/a\x1b'].map((value): [string, string] => [
        'REMOTE_DIR',
        value,
      ]),
      ...['../x', 'a b', `$(touch ${CANARY})`, "a'b", '-x'].map((value): [string, string] => ['JOB_PREFIX', value]),
      ...['0', '-1', '1; touch x', '$((1))'].map((value): [string, string] => ['POLL_INTERVAL', value]),
      ...['local; x', 'pbs'].map((value): [string, string] => ['SCHEDULER', value]),
    ];
    for (const [key, value] of cases) {
      const rest = { REMOTE_HOST: 'srt', REMOTE_DIR: dir, [key]: value };
      const one = fresh(
        Object.entries(rest)
          .map(([name, text]) => `${name}=${inConf(text)}\n`)
          .join(''),
      );
      one.profile('p', 'COMMAND=true\n');
      const ended = await one.json('slurm-run', { PROFILE: 'p' });
      expect(ended.exit, `${key}=${value}: ${ended.stdout}`).toBe(2);
      expect(ended.json.problems[0].message).toMatch(/^slurm\/cluster\.conf:\d+: /);
    }
    expect(await cluster.asUser('srt-bash', `ls -d ${dir} 2>/dev/null || true`)).toBe('');
    console.log(`${cases.length} hostile values in cluster.conf refused by line`);
  });

  test('an ssh host of shell characters is a name like any other', async () => {
    for (const host of [`x$(touch\${IFS}${CANARY})`, `\`touch\${IFS}${CANARY}\``, "a'b", 'a"b', '|x', 'a;b']) {
      const one = fresh(`REMOTE_HOST=${host}\nREMOTE_DIR=/tmp/x\n`);
      one.profile('p', 'COMMAND=true\n');
      const ended = await one.json('slurm-run', { PROFILE: 'p' });
      expect([2, 3], ended.stdout).toContain(ended.exit);
    }
  });

  test('REMOTE_DIR with blanks, quotes and all the rest: a whole life', async () => {
    const dir = `${cluster.remoteDir()}/it's "my" dir; & *?[a] \`touch ${CANARY.slice(5)}\` %j #1 -e é`;
    const one = fresh(`REMOTE_HOST=srt\nREMOTE_DIR=${inConf(dir)}\n`);
    one.write('argv.sh', ARGV);
    one.write('lib/a.txt', 'a');
    one.profile(
      't',
      'SCRIPT=argv.sh\nCODE_FILES=lib/\nRESULTS_PULL="out/ data/r.txt"\nSETUP="echo r > data/r.txt; echo said"\n',
    );
    const first = await one.json('slurm-full', { PROFILE: 't' });
    expect(first.exit, first.stdout + first.stderr).toBe(0);
    expect(first.json.push.runDir).toContain(`${dir}/runs/t-`);
    expect(one.read('data/r.txt')).toBe('r\n');
    expect(one.read(`slurm/logs/${first.json.submit.jobId}.out`)).toBe('said\n');
    expect((await one.json('slurm-run', { PROFILE: 't' })).exit).toBe(0);
    const rundir = one.read('slurm/jobs/t.rundir');
    for (const file of ['t.jobid', 't.rundir']) await execa('rm', [join(one.root, 'slurm/jobs', file)]);
    expect((await one.json('slurm-recover')).exit).toBe(0);
    expect(one.read('slurm/jobs/t.rundir')).toBe(rundir);
    expect((await one.json('slurm-watch', { PROFILE: 't' })).exit).toBe(0);
    expect((await one.json('slurm-collect', { PROFILE: 't' })).exit).toBe(0);
    expect(await cluster.asUser('srt-bash', `ls ${quote(`${dir}/runs`)}`)).toBe('');
  });
});
