/** Hostile names of files, profiles, tags, clusters and jobs: each goes over and comes back as it is or is refused, and is never run. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quote } from '../../src/host/quote.ts';
import { clusterUnavailable } from '../cluster/cluster.ts';
import { CANARY, hostileToys, inConf, plain, spice } from '../kit/hostile-text.ts';

describe.skipIf(clusterUnavailable())('hostile names', () => {
  const { fresh } = hostileToys();

  test.concurrent('file names of every kind go over and come back, byte by byte', async () => {
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

  test.concurrent('RESULTS_PULL names of every kind, one by one', async () => {
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

  test.concurrent('PROFILE, TAG, CLUSTER and JOB_ID that lead elsewhere are refused, and leave nothing behind', async () => {
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
      // Every target with one of the values, every value with a target.
      const some = values.filter((_, index) => index === at % values.length);
      for (const value of some) {
        const pairs: Record<string, string>[] = [
          { PROFILE: 'p', TAG: value },
          { PROFILE: 'p', CLUSTER: value },
        ];
        for (const given of [{ PROFILE: value }, ...pairs.slice(at % 2, (at % 2) + 1)]) {
          if (target === 'status' && !('CLUSTER' in given)) continue;
          if (target === 'history' && 'CLUSTER' in given) continue;
          const ended = await one.json(`slurm-${target}`, given);
          expect(ended.exit, `${target} ${JSON.stringify(given)}: ${ended.stdout}`).toBe(2);
          expect(ended.json.problems[0].message).toMatch(/^command line: |no cluster|bad/i);
          count += 1;
        }
      }
    }
    for (const value of ['', 'all', '-u srt-bash', '1_[1-3]', '*', '１２', '../1', '1\n2', '-1']) {
      // To clean, no JOB_ID is none.
      if (value !== '') expect((await one.json('slurm-clean', { JOB_ID: value, YES: '1' })).exit, value).toBe(2);
      const ended = await one.json('slurm-cancel', { JOB_ID: value });
      expect(ended.exit, `${value}: ${ended.stdout}`).toBe(2);
      count += 1;
    }
    expect((await execa('find', [one.root])).stdout.replaceAll(`${one.root}/slurm/jobs\n`, '')).toBe(before);
    console.log(`${count} hostile names and ids refused`);
  }, 180_000);

  test.concurrent('10,000 code files in one push', async () => {
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
