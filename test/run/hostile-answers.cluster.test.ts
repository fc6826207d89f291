/** Hostile answers, in what is read back from state files, from the job and from its run directory: data that is refused or shown escaped, and never run. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { quote } from '../../src/host/quote.ts';
import { clusterUnavailable, ensureCluster, type TestCluster } from '../cluster/cluster.ts';
import { CANARY, hostileToys } from '../kit/hostile-text.ts';

describe.skipIf(clusterUnavailable())('hostile answers', () => {
  const { fresh, runsOf } = hostileToys();
  let cluster: TestCluster;

  beforeAll(async () => {
    cluster = await ensureCluster();
  });

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
});
