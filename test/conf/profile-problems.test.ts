/** What is wrong with a profile as a whole: its name, its keys, two that contradict each other, and where each problem is. */

import { describe, expect, it } from 'vitest';
import { loadCluster } from '../../src/conf/cluster.ts';
import { listProfiles, loadProfile } from '../../src/conf/profile.ts';
import { at, BACKTEST_FILES, commandLine, problemsIn } from './example-profile.ts';
import { CLUSTER_CONF, problemsOf, project, projectOf } from './project.ts';

describe('what is wrong with a profile', () => {
  it('has no file: the profiles there are', () => {
    const root = project({
      'slurm/cluster.conf': CLUSTER_CONF,
      'slurm/profiles/optimizer_v5.conf': '',
      'slurm/profiles/backtest_v5.conf': '',
      'slurm/profiles/.hidden.conf': '',
      'slurm/profiles/notes.txt': '',
    });
    const cluster = loadCluster(root, undefined, new Map());
    const profiles = ['backtest_v5', 'optimizer_v5'];
    expect(listProfiles(root)).toEqual(profiles);
    expect(problemsOf(() => loadProfile(root, 'backtest_5', undefined, cluster, new Map()))).toEqual([
      {
        kind: 'no-profile',
        profile: 'backtest_5',
        profiles,
        nearest: 'backtest_v5',
        place: { file: 'slurm/profiles/backtest_5.conf' },
      },
    ]);
    expect(problemsOf(() => loadProfile(root, '', undefined, cluster, new Map()))).toEqual([
      { kind: 'missing-variable', variable: 'PROFILE', choices: profiles },
    ]);
    expect(listProfiles(project({}))).toEqual([]);
  });

  it('has a name no file should have', () => {
    const root = projectOf({});
    const cluster = loadCluster(root, undefined, new Map());
    for (const name of ['../x', 'a@b', '-x', '.x', 'a b', 'a\nb', 'é', '$x']) {
      expect(problemsOf(() => loadProfile(root, name, name, cluster, new Map()))).toEqual([
        { kind: 'bad-name', key: 'PROFILE', value: name, place: commandLine },
        { kind: 'bad-name', key: 'TAG', value: name, place: commandLine },
      ]);
    }
    expect(loadProfile(root, 'x', '', cluster, new Map()).id).toBe('x');
  });

  it('is told all at once, in the order of the lines', () => {
    const profile = `SCRIPT=simulation/bactest.py
COMMAND=true
SBATCH_CPU=4
CODE_FILES="\\
  config.py \\
  ../outside.py \\
  data/input.csv \\
  simulation/.env \\
  confg.py \\
"
RESULTS_PULL=data/results /abs ../up a/../b
SBATCH_TIME=1
SBATCH_TIME=2
echo hello
[evn]
X=1
`;
    expect(problemsIn({ profile, files: BACKTEST_FILES })).toEqual([
      {
        kind: 'no-such-file',
        key: 'SCRIPT',
        path: 'simulation/bactest.py',
        nearest: 'simulation/backtest.py',
        place: at(1),
      },
      { kind: 'script-and-command', otherPlace: at(1), place: at(2) },
      { kind: 'unknown-key', key: 'SBATCH_CPU', nearest: 'SBATCH_CPUS', place: at(3) },
      { kind: 'path-outside', key: 'CODE_FILES', value: '../outside.py', place: at(6) },
      { kind: 'code-under-data', key: 'CODE_FILES', value: 'data/input.csv', place: at(7) },
      { kind: 'secret-file', key: 'CODE_FILES', value: 'simulation/.env', place: at(8) },
      { kind: 'no-such-file', key: 'CODE_FILES', path: 'confg.py', nearest: 'config.py', place: at(9) },
      { kind: 'path-outside', key: 'RESULTS_PULL', value: '/abs', place: at(11) },
      { kind: 'path-outside', key: 'RESULTS_PULL', value: '../up', place: at(11) },
      { kind: 'path-outside', key: 'RESULTS_PULL', value: 'a/../b', place: at(11) },
      { kind: 'repeated-key', key: 'SBATCH_TIME', firstLine: 12, place: at(13) },
      { kind: 'not-key-value', place: at(14) },
      { kind: 'unknown-section', section: 'evn', nearest: 'env', place: at(15) },
    ]);
  });

  it.each([
    ['SBATCH-TIME=1', 'SBATCH_TIME'],
    ['TIME=1', 'SBATCH_TIME'],
    ['cpus=4', 'SBATCH_CPUS'],
    ['CODE_FILE=x', 'CODE_FILES'],
    ['script=x', 'SCRIPT'],
    ['SBATCH_GPU=1', 'SBATCH_GPUS'],
    ['SBACTH_TIME=1', 'SBATCH_TIME'],
    ['WHATEVER=x', undefined],
    ['SBATCH_NAME=x', undefined],
  ])('has an unknown key: %s', (line, nearest) => {
    const key = line.slice(0, line.indexOf('='));
    expect(problemsIn({ profile: `COMMAND=true\n${line}` })).toEqual([
      { kind: 'unknown-key', key, ...(nearest && { nearest }), place: at(2) },
    ]);
  });

  it("has a key of another file, or of the command line's", () => {
    expect(problemsIn({ profile: 'COMMAND=true\nREMOTE_HOST=x\nFOLLOW=1\n' })).toEqual([
      { kind: 'cluster-key', key: 'REMOTE_HOST', place: at(2) },
      { kind: 'control-variable', key: 'FOLLOW', place: at(3) },
    ]);
  });

  it('says one thing twice, and not the same', () => {
    const profile = 'COMMAND=true\nSBATCH_CPUS=4\nARGS=a\nSBATCH_CPUS_PER_TASK=8\nSCRIPT_ARGS=b\n';
    expect(problemsIn({ profile })).toEqual([
      { kind: 'conflicting-keys', key: 'SBATCH_CPUS_PER_TASK', other: 'SBATCH_CPUS', otherPlace: at(2), place: at(4) },
      { kind: 'conflicting-keys', key: 'SCRIPT_ARGS', other: 'ARGS', otherPlace: at(3), place: at(5) },
    ]);
    expect(problemsIn({ commandLine: { ARGS: 'a', SCRIPT_ARGS: 'b' } })).toEqual([
      { kind: 'conflicting-keys', key: 'SCRIPT_ARGS', other: 'ARGS', otherPlace: commandLine, place: commandLine },
    ]);
  });

  it('is wrong on the command line', () => {
    expect(problemsIn({ commandLine: { CODE_FILES: 'no.py', SBATCH_HOLD: 'x' } })).toEqual([
      { kind: 'not-a-switch', key: 'SBATCH_HOLD', value: 'x', place: commandLine },
      { kind: 'no-such-file', key: 'CODE_FILES', path: 'no.py', place: commandLine },
    ]);
  });
});
