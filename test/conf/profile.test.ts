import { describe, expect, it } from 'vitest';
import { loadCluster } from '../../src/conf/cluster.ts';
import { listProfiles, loadProfile, readProfiles } from '../../src/conf/profile.ts';
import { CLUSTER_CONF, type Given, load, loadFrom, problemsOf, project, projectOf, write } from './project.ts';

const FILE = 'slurm/profiles/x.conf';
const at = (line: number, file = FILE) => ({ file, line });
const commandLine = { file: 'command line' };
const problemsIn = (given: Given) => problemsOf(() => load(given));

/** A profile as people have them. */
const BACKTEST = `# Profile: backtest
SCRIPT=simulation/backtest.py
SCRIPT_ARGS=--stage 2 --n-trials 200
SBATCH_TIME=04:00:00
SBATCH_CPUS=4
SBATCH_MEM=60G
CODE_FILES="\\
  config.py \\
  simulation/__init__.py \\
  simulation/backtest.py \\
"
RESULTS_PULL="\\
  data/results/backtests/ \\
"
`;
const BACKTEST_FILES = { 'config.py': '', 'simulation/__init__.py': '', 'simulation/backtest.py': '' };

describe('loadProfile', () => {
  it.each([BACKTEST, BACKTEST.replaceAll('\n', '\r\n'), `\uFEFF${BACKTEST}`])('reads a real profile', (profile) => {
    const loaded = load({ profile, cluster: 'PARTITION=all\nACCOUNT=default\n', files: BACKTEST_FILES });
    const { settings, ...rest } = loaded;
    expect(rest).toEqual({
      name: 'x',
      id: 'x',
      file: FILE,
      script: 'simulation/backtest.py',
      scriptArgs: ['--stage', '2', '--n-trials', '200'],
      python: 'python',
      codeFiles: ['config.py', 'simulation/__init__.py', 'simulation/backtest.py'],
      resultsPull: ['data/results/backtests/'],
      dataFiles: [],
      partition: 'all',
      account: 'default',
      containerRuntime: 'none',
      containerMounts: [],
      modules: [],
      secrets: [],
      sbatch: [
        { name: 'account', value: 'default', layer: 'cluster' },
        { name: 'cpus-per-task', value: '4', layer: 'profile' },
        { name: 'mem', value: '60G', layer: 'profile' },
        { name: 'partition', value: 'all', layer: 'cluster' },
        { name: 'time', value: '04:00:00', layer: 'profile' },
      ],
      sbatchArgs: [],
      env: {},
    });
    expect(settings.get('SCRIPT_ARGS')).toEqual({
      value: '--stage 2 --n-trials 200',
      layer: 'profile',
      place: at(3),
    });
    expect([...settings.keys()].sort()).toEqual(
      'ACCOUNT CODE_FILES PARTITION RESULTS_PULL SBATCH_CPUS SBATCH_MEM SBATCH_TIME SCRIPT SCRIPT_ARGS'.split(' '),
    );
  });

  it('reads every other key', () => {
    const profile = `COMMAND="python -m train --name \\"a b\\" && echo '$HOME'"
PYTHON=python3.11
DATA_FILES=data/in "data/two words"
TEMPLATE=gpu
CONTAINER=nvcr.io#nvidia/pytorch:24.01
CONTAINER_MOUNTS=~/data:/data,/scratch:/scratch
CONTAINER_WORKDIR=/workspace
MODULES=cuda/12 gcc
CONDA=ml
VENV=~/venv
SETUP="ulimit -n 4096
source setup.sh"
SECRETS=WANDB_API_KEY HF_TOKEN
SBATCH_ARGS=--bell --site-option='a b'
[env]
OMP_NUM_THREADS=4
GREETING="it's # here"`;
    const files = { 'data/in': '', 'data/two words': '', 'slurm/templates/gpu.sbatch': '' };
    expect(load({ profile, files, tag: 'seed-1' })).toMatchObject({
      id: 'x@seed-1',
      tag: 'seed-1',
      command: 'python -m train --name "a b" && echo \'$HOME\'',
      python: 'python3.11',
      dataFiles: ['data/in', 'data/two words'],
      template: 'gpu',
      container: 'nvcr.io#nvidia/pytorch:24.01',
      containerRuntime: 'pyxis',
      containerMounts: ['~/data:/data', '/scratch:/scratch'],
      containerWorkdir: '/workspace',
      modules: ['cuda/12', 'gcc'],
      conda: 'ml',
      venv: '~/venv',
      setup: 'ulimit -n 4096\nsource setup.sh',
      secrets: ['WANDB_API_KEY', 'HF_TOKEN'],
      sbatchArgs: ['--bell', '--site-option=a b'],
      env: { OMP_NUM_THREADS: '4', GREETING: "it's # here" },
    });
  });

  it.each([
    ['', 'none'],
    ['CONTAINER=images/x.sif\n', 'apptainer'],
    ['CONTAINER=/images/x.sqsh\n', 'pyxis'],
    ['CONTAINER=pytorch\nCONTAINER_RUNTIME=apptainer\n', 'apptainer'],
    ['CONTAINER=pytorch\nCONTAINER_RUNTIME=none\n', 'none'],
  ])('runs %j with %s', (profile, runtime) => {
    expect(load({ profile: `COMMAND=true\n${profile}` }).containerRuntime).toBe(runtime);
  });
});

describe('layers', () => {
  const sbatchOf = (given: Given) =>
    load(given).sbatch.map(({ name, value, layer }) => [value === undefined ? name : `${name}=${value}`, layer]);

  it('lie command line over profile over cluster', () => {
    const given = {
      cluster: 'SBATCH_TIME=1\nSBATCH_MEM=1G\nSBATCH_QOS=low\n[env]\nA=1\nB=1',
      profile: 'COMMAND=true\nSBATCH_TIME=2\nSBATCH_MEM=2G\n[env]\nB=2\nC=2',
      commandLine: { SBATCH_TIME: '3', PROFILE: 'x', OWN: '1' },
    };
    expect(sbatchOf(given)).toEqual([
      ['mem=2G', 'profile'],
      ['qos=low', 'cluster'],
      ['time=3', 'command line'],
    ]);
    expect(load(given).env).toEqual({ A: '1', B: '2', C: '2' });
    expect(load(given).settings.get('SBATCH_TIME')).toEqual({ value: '3', layer: 'command line', place: commandLine });
  });

  it('take back with an empty value what a lower one says', () => {
    const given = { cluster: 'CONTAINER=x\nSBATCH_QOS=low\n', profile: 'COMMAND=true\nCONTAINER=\nSBATCH_QOS=\n' };
    const { container, containerRuntime, sbatch, settings } = load(given);
    expect({ container, containerRuntime, sbatch }).toEqual({ containerRuntime: 'none', sbatch: [] });
    expect([...settings.keys()]).toEqual(['COMMAND']);
  });

  it('turn an option without argument on and off', () => {
    const cluster = 'SBATCH_REQUEUE=\nSBATCH_EXCLUSIVE=1\nSBATCH_HOLD=yes\n';
    expect(sbatchOf({ cluster }).map(([option]) => option)).toEqual(['exclusive', 'hold', 'requeue']);
    const profile = 'COMMAND=true\nSBATCH_REQUEUE=no\nSBATCH_EXCLUSIVE=user\nSBATCH_HOLD=0';
    expect(sbatchOf({ cluster, profile })).toEqual([['exclusive=user', 'profile']]);
    expect(load({ cluster, profile }).settings.get('SBATCH_REQUEUE')!.value).toBe('no');
  });

  it('drop from a lower one what a higher one contradicts', () => {
    const cluster = 'SBATCH_MEM=4G\nSBATCH_REQUEUE=1\nSCRIPT=default.py\n';
    const profile = 'COMMAND=true\nSBATCH_MEM_PER_CPU=1G\nSBATCH_NO_REQUEUE=1';
    expect(sbatchOf({ cluster, profile })).toEqual([
      ['mem-per-cpu=1G', 'profile'],
      ['no-requeue', 'profile'],
    ]);
    const { script, command } = load({ cluster, profile });
    expect({ script, command }).toEqual({ script: undefined, command: 'true' });
    const other = load({ profile: 'SCRIPT=a.py', files: { 'a.py': '' }, commandLine: { COMMAND: 'hostname' } });
    expect([other.script, other.command]).toEqual([undefined, 'hostname']);
  });

  it('know a thing by all its spellings', () => {
    const given = {
      cluster: 'SBATCH_ACCOUNT=low\nSBATCH_CPUS_PER_TASK=1\nPARTITION=a\n',
      profile: 'COMMAND=true\nACCOUNT=high\nSBATCH_CPUS=2\nSCRIPT_ARGS=--slow\n',
      commandLine: { ARGS: '--fast "a b"', SBATCH_PARTITION: 'b' },
    };
    const { account, partition, scriptArgs, settings } = load(given);
    expect({ account, partition, scriptArgs }).toEqual({
      account: 'high',
      partition: 'b',
      scriptArgs: ['--fast', 'a b'],
    });
    expect(sbatchOf(given).map(([option]) => option)).toEqual(['account=high', 'cpus-per-task=2', 'partition=b']);
    const seen = [
      'ACCOUNT',
      'SBATCH_ACCOUNT',
      'SBATCH_CPUS',
      'SBATCH_CPUS_PER_TASK',
      'PARTITION',
      'SCRIPT_ARGS',
      'ARGS',
    ];
    expect(seen.map((key) => settings.get(key)?.value)).toEqual([
      'high',
      'high',
      '2',
      '2',
      'b',
      '--fast "a b"',
      '--fast "a b"',
    ]);
  });

  it('let two spellings say the same twice', () => {
    expect(load({ profile: 'COMMAND=true\nPARTITION=a\nSBATCH_PARTITION=a' }).partition).toBe('a');
  });
});

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

  it.each([
    ['SBATCH_OUTPUT=x', 'output', 'toolkit'],
    ['SBATCH_JOB_NAME=x', 'job-name', 'toolkit'],
    ['SBATCH_PARSABLE=', 'parsable', 'toolkit'],
    ['SBATCH_WRAP=hostname', 'wrap', 'no-script'],
    ['SBATCH_TEST_ONLY=1', 'test-only', 'no-job'],
    ['SBATCH_WAIT=1', 'wait', 'waits'],
    ['SBATCH_QUIET=1', 'quiet', 'no-id'],
    ['SBATCH_ARGS=--site=1 --chdir=/x', 'chdir', 'toolkit'],
    ['SBATCH_ARGS=-o x', 'output', 'toolkit'],
  ])('gives an option that is not its to give: %s', (line, option, why) => {
    const key = line.slice(0, line.indexOf('='));
    expect(problemsIn({ profile: `COMMAND=true\n${line}` })).toEqual([
      { kind: 'refused-option', key, option, why, place: at(2) },
    ]);
  });

  it.each([
    ['SBATCH_HOLD=maybe', 'not-a-switch', 'maybe'],
    ['SBATCH_ARGS=job.sh', 'not-an-option', 'job.sh'],
    ['CONTAINER=$HOME/x.sif', 'dollar', '$HOME/x.sif'],
    ['VENV=${X}', 'dollar', '${X}'],
    ['CONTAINER_MOUNTS=/a:/a,$TMP:/tmp', 'dollar', '$TMP:/tmp'],
    ['PYTHON="a\nb"', 'control-character', 'a\nb'],
    ['MODULES="a \'b\nc\'"', 'control-character', 'b\nc'],
    ['SETUP=a\0b', 'control-character', 'a\0b'],
    ['SBATCH_COMMENT=a\0b', 'control-character', 'a\0b'],
    ['SECRETS=A-B', 'env-name', 'A-B'],
    ['TEMPLATE=../x', 'path-outside', '../x'],
    ['DATA_FILES=conf/.env', 'secret-file', 'conf/.env'],
    ['DATA_FILES=/abs', 'path-outside', '/abs'],
    ['RESULTS_PULL=""""', 'path-outside', ''],
    ['CODE_FILES=./data', 'code-under-data', './data'],
    ['CODE_FILES=.slurm-runner/x', 'toolkit-path', '.slurm-runner/x'],
    ['RESULTS_PULL=./.slurm-runner', 'toolkit-path', './.slurm-runner'],
    ['RESULTS_PULL=./', 'whole-run', './'],
  ])('has the value of %j', (line, kind, value) => {
    const key = line.slice(0, line.indexOf('='));
    expect(problemsIn({ profile: `COMMAND=true\n${line}` })).toEqual([{ kind, key, value, place: at(2) }]);
  });

  it('has the value of none of the choices', () => {
    const choices = ['pyxis', 'apptainer', 'none'];
    expect(problemsIn({ profile: 'COMMAND=true\nCONTAINER_RUNTIME=apptaner' })).toEqual([
      { kind: 'not-one-of', key: 'CONTAINER_RUNTIME', value: 'apptaner', choices, nearest: 'apptainer', place: at(2) },
    ]);
  });

  it('has a list with an open quote: the line it opens on', () => {
    expect(problemsIn({ profile: 'COMMAND=true\nSCRIPT_ARGS="\n --a\n --it\'s\n --b"' })).toEqual([
      { kind: 'unterminated-quote', key: 'SCRIPT_ARGS', quote: "'", place: at(4) },
    ]);
    expect(problemsIn({ profile: 'SCRIPT="a.py\nSBATCH_TIME=1\n' })).toEqual([
      { kind: 'unterminated-quote', key: 'SCRIPT', quote: '"', place: at(1) },
    ]);
  });

  it('has wrong variables for the job', () => {
    expect(problemsIn({ profile: 'COMMAND=true\n[env]\n1A=1\nB=\0\nC=\n' })).toEqual([
      { kind: 'env-name', key: '[env]', value: '1A', place: at(3) },
      { kind: 'control-character', key: 'B', value: '\0', place: at(4) },
    ]);
  });

  it('is wrong on the command line', () => {
    expect(problemsIn({ commandLine: { CODE_FILES: 'no.py', SBATCH_HOLD: 'x' } })).toEqual([
      { kind: 'not-a-switch', key: 'SBATCH_HOLD', value: 'x', place: commandLine },
      { kind: 'no-such-file', key: 'CODE_FILES', path: 'no.py', place: commandLine },
    ]);
  });

  it('runs nothing, unless its template may', () => {
    const profile = 'SBATCH_TIME=1\nTEMPLATE=mine';
    expect(problemsIn({ profile: 'SBATCH_TIME=1' })).toEqual([{ kind: 'nothing-to-run', place: { file: FILE } }]);
    expect(problemsIn({ profile: 'TEMPLATE=default' })).toEqual([{ kind: 'nothing-to-run', place: { file: FILE } }]);
    expect(load({ profile, files: { 'slurm/templates/mine.sbatch': '' } }).template).toBe('mine');
    expect(load({ profile: 'TEMPLATE=t/x.sh', files: { 't/x.sh': '' } }).template).toBe('t/x.sh');
    expect(problemsIn({ profile, files: { 'slurm/templates/mina.sbatch': '' } })).toEqual([
      { kind: 'no-template', template: 'mine', templates: ['mina'], nearest: 'mina', place: at(2) },
    ]);
  });

  it('has a script that is here, over there, or nowhere', () => {
    const files = { 'a/b.py': '', 'a/run': '', 'slurm/templates/r.sbatch': '' };
    for (const script of ['a/b.py', './a/b.py', '/opt/x', 'data/x', './data/x/y.py']) {
      expect(load({ profile: `SCRIPT=${script}`, files }).script).toBe(script);
    }
    expect(problemsIn({ profile: 'SCRIPT=a', files })).toEqual([
      { kind: 'not-a-file', key: 'SCRIPT', path: 'a', place: at(1) },
    ]);
    expect(problemsIn({ profile: 'SCRIPT=a/run', files })).toEqual([
      { kind: 'not-executable', path: 'a/run', place: at(1) },
    ]);
    expect(load({ profile: 'SCRIPT=a/run\nTEMPLATE=r', files }).script).toBe('a/run');
    const root = projectOf({ profile: 'SCRIPT=a/run', files });
    write(root, 'a/run', '', 0o755);
    expect(loadFrom(root, {}).script).toBe('a/run');
    expect(problemsIn({ profile: 'SCRIPT=../a/b.py', files })).toEqual([
      { kind: 'path-outside', key: 'SCRIPT', value: '../a/b.py', place: at(1) },
    ]);
    expect(problemsIn({ profile: 'SCRIPT=.env', files: { '.env': '' } })).toEqual([
      { kind: 'secret-file', key: 'SCRIPT', value: '.env', place: at(1) },
    ]);
    expect(problemsIn({ profile: 'SCRIPT=z/b.py', files })).toEqual([
      { kind: 'no-such-file', key: 'SCRIPT', path: 'z/b.py', place: at(1) },
    ]);
  });

  it('does not mind, once its run was sent, what became of the files', () => {
    const root = projectOf({ profile: 'SCRIPT=gone.py\nCODE_FILES=gone.py\nTEMPLATE=gone\nDATA_FILES=gone' });
    const cluster = loadCluster(root, undefined, new Map());
    expect(loadProfile(root, 'x', undefined, cluster, new Map(), 'any').script).toBe('gone.py');
    expect(problemsOf(() => loadFrom(root, {})).map(({ kind }) => kind)).toEqual([
      'no-such-file',
      'no-such-file',
      'no-template',
      'no-such-file',
    ]);
  });
});

describe('readProfiles', () => {
  it('gives each profile or what is wrong with it', () => {
    const root = projectOf({ files: { 'slurm/profiles/bad.conf': 'SCRIPT=no.py\n' } });
    const [bad, x, ...more] = readProfiles(root, loadCluster(root, undefined, new Map()), new Map());
    expect(more).toEqual([]);
    expect(bad).toEqual({
      name: 'bad',
      problems: [{ kind: 'no-such-file', key: 'SCRIPT', path: 'no.py', place: at(1, 'slurm/profiles/bad.conf') }],
    });
    expect([x!.name, x!.profile!.command, x!.problems]).toEqual(['x', 'true', []]);
  });
});
