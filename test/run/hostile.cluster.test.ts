/** Hostile text in every place where text can come in: it arrives as it is or is refused by file and line, and is never run. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { quote } from '../../src/host/quote.ts';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { unique } from '../cluster/laptop.ts';
import { makeToy, type Toy, until } from '../kit/toy.ts';

/** A file that nothing but a value taken for code would make; absolute, so that it does not matter where. */
const CANARY = `/tmp/canary-${unique()}`;
const RUN_IT = [
  `$(touch ${CANARY})`,
  `\`touch ${CANARY}\``,
  `;touch ${CANARY};`,
  `|touch ${CANARY}`,
  `&&touch ${CANARY}#`,
];

/** Pieces that shells, make, nunjucks, rsync and sbatch act on. */
const spice = fc.constantFrom(
  ...RUN_IT,
  ...`'"\\$*?[]{}~!&|<>#%=:;,@^()- \t\n`,
  ...[
    '--',
    '-e',
    '-rf',
    '../',
    '{{ SCRIPT }}',
    '{% raw %}',
    '${HOME}',
    '$$',
    '%j',
    'é',
    '漢字',
    '🎈',
    '\x1b[31m',
    '\u2028',
  ],
);
const plain = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter((text) => !text.includes('\0'));
const word = fc.array(fc.oneof(spice, spice, plain), { maxLength: 6 }).map((parts) => parts.join(''));
/** Without what a double-quoted value of a .conf file has no way to say: a backslash before a quote, a CR. */
const confWord = word.map((text) => text.replace(/[\\\r]/g, ''));
const inConf = (text: string): string => `"${text.replaceAll('"', '\\"')}"`;

const ARGV = `mkdir -p out
printf '%s\\0' "$@" > out/argv
env -0 > out/env
`;

describe.skipIf(clusterUnavailable())('hostile values', () => {
  let cluster: TestCluster;
  let env: Record<string, string>;
  let toy: Toy;
  const toys: Toy[] = [];

  const fresh = (conf = `REMOTE_HOST=srt\nREMOTE_DIR=${cluster.remoteDir()}\n`): Toy => {
    const made = makeToy(conf, env);
    toys.push(made);
    made.write('argv.sh', ARGV);
    return made;
  };
  const runsOf = async (one: Toy): Promise<string[]> => {
    const dir = /^REMOTE_DIR=(.*)$/m.exec(one.read('slurm/cluster.conf'))?.[1] as string;
    return (await cluster.asUser('srt-bash', `ls ${quote(dir)}/runs 2>/dev/null || true`)).split('\n').filter(Boolean);
  };
  const read = (one: Toy, path: string): string[] =>
    readFileSync(join(one.root, path), 'utf8').split('\0').slice(0, -1);

  beforeAll(async () => {
    cluster = await ensureCluster();
    env = cluster.env();
    toy = fresh();
  });
  afterAll(() => {
    for (const one of toys) one.remove();
  });
  afterEach(async () => {
    expect(existsSync(CANARY), 'a value was run on the laptop').toBe(false);
    expect(await cluster.asRoot(`ls ${CANARY} 2>/dev/null || true`), 'a value was run on the cluster').toBe('');
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
    const cases = keys.flatMap((key) => values.map((value, at) => ({ key, value, name: `${key.toLowerCase()}${at}` })));
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
    expect(told.arrived).toBeGreaterThan(5);
    expect(told['refused here']).toBeGreaterThan(30);
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

  test('file names of every kind go over and come back, byte by byte', async () => {
    const name = fc
      .array(fc.oneof(spice, plain), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join('').replaceAll('/', '_'))
      .filter((text) => !/^\.{0,2}$|^\.env$|^\.git$/.test(text) && Buffer.byteLength(text) < 120);
    const names = [
      ...new Set([...fc.sample(name, 200), '#x', ';x', '-x', ' x', 'x ', 'a\nb', 'a\\b', '\x1b[31mred', '~', 'é']),
    ];
    const one = fresh();
    for (const file of names) one.write(`code/${file}`, `${file}\n\0`);
    // Named one by one where a list can name them: control characters are refused with the line.
    const nameable = names.filter((file) => !/[\x00-\x1f\x7f]/.test(file));
    const list = nameable
      .map((file) => quote(`code/${file}`))
      .map((text) => (text.startsWith("'") ? text : `'${text}'`));
    one.profile(
      't',
      `COMMAND="cp -a code out; mkdir data/o; cp -a code data/o/"\nCODE_FILES=code/\nRESULTS_PULL="out/ data/o/"\n`,
    );
    const ended = await one.json('slurm-full', { PROFILE: 't' });
    expect(ended.exit, ended.stdout.slice(0, 3000) + ended.stderr).toBe(0);
    for (const place of ['out', 'data/o/code']) {
      expect(readdirSync(join(one.root, place)).sort()).toEqual(readdirSync(join(one.root, 'code')).sort());
      for (const file of names) expect(one.read(`${place}/${file}`)).toBe(`${file}\n\0`);
    }
    one.profile(
      'list',
      `COMMAND="mkdir out2; cp -a code/. out2"\nCODE_FILES=${inConf(list.filter((text) => !text.includes('\\')).join(' '))}\nRESULTS_PULL=out2/\n`,
    );
    const named = await one.json('slurm-full', { PROFILE: 'list' });
    expect(named.exit, named.stdout.slice(0, 3000) + named.stderr).toBe(0);
    expect(readdirSync(join(one.root, 'out2')).sort()).toEqual(nameable.filter((file) => !/[\\']/.test(file)).sort());
    one.profile('bad', `COMMAND=true\nCODE_FILES=${inConf("'code/a\nb'")}\n`);
    const bad = await one.json('slurm-run', { PROFILE: 'bad' });
    expect(bad.json.problems[0]).toMatchObject({ kind: 'control-character', place: { line: 2 } });
    console.log(`${names.length} file names there and back in a folder, ${nameable.length} by name`);
  });

  test('RESULTS_PULL names of every kind, one by one', async () => {
    const names = [
      "it's",
      'a b',
      '-x',
      '#x',
      ';x',
      '$(touch x)',
      '"q"',
      '*',
      '[a]',
      '~',
      'é',
      '漢字',
      '--',
      'x;y',
      '!',
      '&',
    ];
    const one = fresh();
    const list = names.map((file) => quote(file)).join(' ');
    one.profile(
      't',
      `COMMAND=${inConf(names.map((file) => `echo ok > ./${quote(file)}`).join('; '))}\nRESULTS_PULL=${inConf(list)}\n`,
    );
    const ended = await one.json('slurm-full', { PROFILE: 't' });
    expect(ended.exit, ended.stdout + ended.stderr).toBe(0);
    for (const file of names) expect(one.read(file)).toBe('ok\n');
  });

  test('PROFILE, TAG, CLUSTER and JOB_ID that lead elsewhere are refused, and leave nothing behind', async () => {
    const one = fresh();
    one.profile('p', 'COMMAND=true\n');
    const before = (await execa('find', [one.root])).stdout;
    const values = [
      '../p',
      '..',
      '/etc/passwd',
      'a/../p',
      '-e',
      `$(touch ${CANARY})`,
      'a b',
      "a'b",
      'x\ny',
      '.p',
      'é',
      'p@t',
      '../../../tmp/x',
    ];
    const targets = [
      'push',
      'submit',
      'run',
      'watch',
      'full',
      'log',
      'status',
      'fetch',
      'collect',
      'recover',
      'resubmit',
      'clean',
      'render',
      'history',
    ];
    let count = 0;
    for (const [at, target] of targets.entries()) {
      // Every target with some of the values, every value with some of the targets.
      const some = values.filter((_, index) => index % 4 === at % 4);
      for (const value of some) {
        const pairs: Record<string, string>[] = [
          { PROFILE: value },
          { PROFILE: 'p', TAG: value },
          { PROFILE: 'p', CLUSTER: value },
        ];
        for (const given of pairs) {
          if (target === 'status' && !('CLUSTER' in given)) continue;
          if (target === 'history' && 'CLUSTER' in given) continue;
          const ended = await one.json(`slurm-${target}`, given);
          expect(ended.exit, `${target} ${JSON.stringify(given)}: ${ended.stdout}`).toBe(2);
          expect(ended.json.problems[0].message).toMatch(/^command line: |no cluster|bad/i);
          count += 1;
        }
      }
    }
    for (const value of [
      '',
      'all',
      '1,2',
      '-u srt-bash',
      '1 2',
      '1_[1-3]',
      '*',
      '0x1',
      '1;2',
      '１２',
      '../1',
      '1\n2',
      '-1',
    ]) {
      // To clean, no JOB_ID is none.
      if (value !== '') expect((await one.json('slurm-clean', { JOB_ID: value, YES: '1' })).exit, value).toBe(2);
      const ended = await one.json('slurm-cancel', { JOB_ID: value });
      expect(ended.exit, `${value}: ${ended.stdout}`).toBe(2);
      count += 1;
    }
    expect((await execa('find', [one.root])).stdout.replaceAll(`${one.root}/slurm/jobs\n`, '')).toBe(before);
    console.log(`${count} hostile names and ids refused`);
  }, 180_000);

  test('hostile state files are refused by name, hostile notes left out', async () => {
    const one = fresh();
    one.profile('p', 'COMMAND=true\n');
    const jobs = join(one.root, 'slurm/jobs');
    mkdirSync(jobs, { recursive: true });
    const good = `${cluster.remoteDir()}/runs/p-20260101-000000`;
    const cases: [string, string][] = [
      ...['1; touch x', `$(touch ${CANARY})`, '-1', '1 2', '1\n2', '', '１', '12345;x', '\x1b[31m1'].map(
        (text): [string, string] => ['p.jobid', text],
      ),
      ...[
        'runs/p',
        '/x/runs/..',
        '/x/runs/-rf',
        `/x/runs/$(touch ${CANARY})`,
        '/x/runs/a b',
        '/x\n/runs/p',
        '/x/runs/p\n/y',
        '',
        '/',
      ].map((text): [string, string] => ['p.rundir', text]),
    ];
    for (const [file, text] of cases) {
      writeFileSync(join(jobs, 'p.jobid'), '1\n');
      writeFileSync(join(jobs, 'p.rundir'), `${good}\n`);
      writeFileSync(join(jobs, file), `${text}\n`);
      for (const target of ['status', 'watch', 'collect']) {
        const ended = await one.json(`slurm-${target}`, target === 'status' ? {} : { PROFILE: 'p' });
        expect(ended.exit, `${file}: ${JSON.stringify(text)}: ${ended.stdout}`).toBe(2);
        expect(ended.json.problems[0].message).toContain(`slurm/jobs/${file}:1: `);
        expect(ended.json.problems[0].message).not.toMatch(/\x1b/);
      }
    }
    writeFileSync(join(jobs, 'p.jobid'), '1\n');
    writeFileSync(join(jobs, 'p.rundir'), `${good}\n`);
    for (const notes of [
      'null',
      '[]',
      '{"cluster":"../x"}',
      '{"cluster":7,"home":{}}',
      '{"home":"$(x)\\n"}',
      'no json',
      '',
    ]) {
      writeFileSync(join(jobs, 'p.json'), notes);
      const ended = await one.json('slurm-status');
      expect(ended.exit, `${notes}: ${ended.stdout}`).toBe(0);
      expect(ended.json.tracked).toMatchObject([{ id: 'p', jobId: '1', gone: true }]);
    }
    writeFileSync(join(jobs, 'a\nb.jobid'), '1\n');
    expect((await one.json('slurm-status')).json.tracked).toHaveLength(1);
  });

  test('names that a job makes up are shown escaped and come home as they are', async () => {
    const one = fresh();
    const ugly = ['a\nb', '\x1b[31mred\x07', '-rf', '$(x)', 'tab\tx', '\u202egnp.exe', 'last'];
    const make = ugly.map((file) => `printf new > ./out/${quote(file)}`).join('\n');
    one.write('make.sh', `mkdir out\n${make}\nprintf 'log \\033[31m\\007 line\\n'\nsleep 1\n`);
    one.profile('t', 'SCRIPT=make.sh\nRESULTS_PULL=out/\n');
    expect((await one.make('slurm-run', { PROFILE: 't' })).exit).toBe(0);
    expect((await one.json('slurm-watch', { PROFILE: 't' })).exit).toBe(0);
    // Newer here and different, so that each is named in the report.
    for (const file of ugly) one.write(`out/${file}`, 'mine');
    await execa('find', [join(one.root, 'out'), '-type', 'f', '-exec', 'touch', '-d', '+1 hour', '{}', ';']);
    const shown = await one.make('slurm-collect', { PROFILE: 't' });
    expect(shown.exit, shown.stderr).toBe(0);
    expect(shown.stdout + shown.stderr).not.toMatch(/[\x07\x1b\u202e]/);
    expect(shown.stdout).toContain('\\x1b[31mred\\x07');
    for (const file of ugly) {
      expect(one.read(`out/${file}`)).toBe('new');
      expect(one.read(`out/${file}.local`)).toBe('mine');
    }
    const log = await one.make('slurm-log', { PROFILE: 't' });
    expect(log.stdout).not.toMatch(/[\x07\x1b]/);
  });

  test('what a job writes over its own markers is data, and is not believed', async () => {
    const one = fresh();
    const evil = `a[$(touch ${CANARY})]`;
    one.write(
      'evil.sh',
      `cd .slurm-runner/attempt-1
echo '${evil}' > intent
printf '${evil}\\n' > begin
printf '1 0 exit 0\\n' > 'end.$(touch ${CANARY})'
printf 'x' > "end
run\x1f/etc\x1fpushed\x1f1\x1f1\x1f1\x1fcollected"
mkdir "../../out
missing\x1fout"; ln -s "../out
missing\x1fout" ../../link; mkdir -p ../../out; ln -s '../out
missing\x1fout' ../../out/l
sleep 2
exit 3
`,
    );
    one.profile('t', 'SCRIPT=evil.sh\nRESULTS_PULL=out/\n');
    const run = await one.json('slurm-run', { PROFILE: 't' });
    expect(run.exit, run.stdout).toBe(0);
    for (const target of ['status', 'recover', 'clean'])
      expect((await one.json(`slurm-${target}`, { YES: '1' })).exit, target).toBe(0);
    const watched = await one.json('slurm-watch', { PROFILE: 't' });
    expect(watched.exit, watched.stdout).toBe(1);
    expect(watched.json.verdict).toMatchObject({ state: 'FAILED', exitCode: 3 });
    expect(Object.keys((await one.json('slurm-recover')).json.recovered)).toHaveLength(1);
    // A manifest that is not the run's own: nothing is removed over there.
    await cluster.asUser('srt-bash', `echo '{"run": "/"}' > ${run.json.push.runDir}/.slurm-runner/manifest.json`);
    const forced = await one.json('slurm-collect', { PROFILE: 't', FORCE: '1' });
    expect(forced.exit, forced.stdout).toBe(4);
    expect(await runsOf(one)).toHaveLength(1);
  });

  test('10,000 code files in one push', async () => {
    const one = fresh();
    for (let at = 0; at < 10_000; at++) one.write(`code/d${at % 97}/a file ${at}.py`, `x = ${at}\n`);
    one.profile(
      't',
      'COMMAND="mkdir out; find code -type f | wc -l > out/count"\nCODE_FILES=code/\nRESULTS_PULL=out/\n',
    );
    const begun = performance.now();
    const pushed = await one.json('slurm-push', { PROFILE: 't' });
    const seconds = (performance.now() - begun) / 1000;
    expect(pushed.exit, pushed.stderr).toBe(0);
    expect((await one.json('slurm-submit', { PROFILE: 't' })).exit).toBe(0);
    expect((await one.json('slurm-watch', { PROFILE: 't' })).exit).toBe(0);
    expect((await one.json('slurm-collect', { PROFILE: 't' })).exit).toBe(0);
    expect(one.read('out/count')).toBe('10000\n');
    console.log(`10,000 code files pushed in ${seconds.toFixed(1)} s`);
  });
});
