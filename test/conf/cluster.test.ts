import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listClusters, loadCluster } from '../../src/conf/cluster.ts';
import { problemsOf, project } from './project.ts';

const none = new Map<string, string>();
const FILE = 'slurm/cluster.conf';
const at = (line: number, file = FILE) => ({ file, line });

const clusterOf = (text: string, commandLine: Record<string, string> = {}) =>
  loadCluster(project({ [FILE]: text }), undefined, new Map(Object.entries(commandLine)));
const problemsIn = (text: string, commandLine?: Record<string, string>) =>
  problemsOf(() => clusterOf(text, commandLine));

describe('loadCluster', () => {
  it('reads a cluster, with defaults for what it does not say', () => {
    const cluster = clusterOf('REMOTE_HOST=gigaflops-node54\nREMOTE_DIR=/mnt/giga/project/\nPARTITION=all # default\n');
    expect(cluster).toMatchObject({
      name: 'cluster',
      file: FILE,
      host: 'gigaflops-node54',
      remoteDir: '/mnt/giga/project',
      scheduler: 'auto',
      jobPrefix: '',
      pollInterval: 30,
      remoteSetup: '',
    });
    expect(cluster.settings.get('PARTITION')).toEqual({ value: 'all', layer: 'cluster', place: at(3) });
    expect(cluster).not.toHaveProperty('env');
  });

  it('reads all its keys', () => {
    const text = `REMOTE_HOST=me@host.example
REMOTE_DIR=~/runs and more
SCHEDULER=slurm
JOB_PREFIX=ptj-
POLL_INTERVAL=120
REMOTE_SETUP="
. /etc/profile
module load slurm"
[env]
OMP_NUM_THREADS=4`;
    expect(clusterOf(text)).toMatchObject({
      host: 'me@host.example',
      remoteDir: '~/runs and more',
      scheduler: 'slurm',
      jobPrefix: 'ptj-',
      pollInterval: 120,
      remoteSetup: '\n. /etc/profile\nmodule load slurm',
      env: { OMP_NUM_THREADS: '4' },
    });
  });

  it('takes another file by name', () => {
    const other = 'REMOTE_HOST=b\nREMOTE_DIR=/b\n';
    const root = project({ [FILE]: 'REMOTE_HOST=a\nREMOTE_DIR=/a\n', 'slurm/clusters/beta.conf': other });
    expect(loadCluster(root, 'beta', none)).toMatchObject({
      name: 'beta',
      file: 'slurm/clusters/beta.conf',
      host: 'b',
    });
    expect(loadCluster(root, 'cluster', none)).toMatchObject({ name: 'cluster', file: FILE, host: 'a' });
    expect(loadCluster(root, '', none)).toMatchObject({ name: 'cluster', file: FILE, host: 'a' });
    expect(listClusters(root)).toEqual(['beta', 'cluster']);
  });

  it('lets the command line win', () => {
    const cluster = clusterOf('REMOTE_HOST=a\nREMOTE_DIR=/a\n', { REMOTE_HOST: 'b', POLL_INTERVAL: '5', OWN: 'x' });
    expect(cluster).toMatchObject({ host: 'b', pollInterval: 5 });
    expect(cluster.settings.get('REMOTE_HOST')!.layer).toBe('command line');
    expect(cluster.settings.has('OWN')).toBe(false);
  });

  it('makes paths on this machine absolute', () => {
    const root = project({ [FILE]: 'REMOTE_HOST=local\n' });
    const dir = (path: string) => loadCluster(root, undefined, new Map([['REMOTE_DIR', path]])).remoteDir;
    expect(dir('.cluster/')).toBe(join(root, '.cluster'));
    expect(dir('~/runs')).toBe(join(homedir(), 'runs'));
    expect(dir('/srv//x/')).toBe('/srv/x');
    expect(problemsOf(() => dir('~me/runs'))).toMatchObject([{ kind: 'not-absolute' }]);
  });

  it('keeps the folder that a path names, trailing slashes or not', () => {
    const dir = (path: string) => clusterOf(`REMOTE_HOST=a\nREMOTE_DIR=${path}`).remoteDir;
    expect(['/a/b//', '/', '~/', '~/a/'].map(dir)).toEqual(['/a/b', '/', '~/', '~/a']);
  });
});

describe('what is wrong with a cluster', () => {
  it('has no file', () => {
    const root = project({ [FILE]: '', 'slurm/clusters/gigaflops.conf': '' });
    expect(problemsOf(() => loadCluster(root, 'gigaflop', none))).toEqual([
      {
        kind: 'no-cluster-file',
        cluster: 'gigaflop',
        clusters: ['cluster', 'gigaflops'],
        nearest: 'gigaflops',
        place: { file: 'slurm/clusters/gigaflop.conf' },
      },
    ]);
    expect(problemsOf(() => loadCluster(project({}), undefined, none))).toEqual([
      { kind: 'no-cluster-file', cluster: 'cluster', clusters: [], place: { file: FILE } },
    ]);
  });

  it.each(['../x', '-x', '.x', 'a/b', 'a@b', 'a b', 'x\n'])('is named %j', (name) => {
    expect(problemsOf(() => loadCluster(project({}), name, none))).toEqual([
      { kind: 'bad-name', key: 'CLUSTER', value: name, place: { file: 'command line' } },
    ]);
  });

  it('is told all at once, line by line', () => {
    const text = `REMOTE_DIR=$HOME/x
SBATCH_CPU=4
POLL_INTERVAL=0
SCHEDULER=slrum
REMOTE_DIR=/y
[env]
A-B=1
REMOTE_HOSTS=x`;
    expect(problemsIn(text)).toEqual([
      { kind: 'missing-key', key: 'REMOTE_HOST', place: { file: FILE } },
      { kind: 'dollar', key: 'REMOTE_DIR', value: '$HOME/x', place: at(1) },
      { kind: 'not-absolute', key: 'REMOTE_DIR', value: '$HOME/x', place: at(1) },
      { kind: 'unknown-key', key: 'SBATCH_CPU', nearest: 'SBATCH_CPUS', place: at(2) },
      { kind: 'not-seconds', key: 'POLL_INTERVAL', value: '0', place: at(3) },
      {
        kind: 'not-one-of',
        key: 'SCHEDULER',
        value: 'slrum',
        choices: ['slurm', 'local', 'auto'],
        nearest: 'slurm',
        place: at(4),
      },
      { kind: 'repeated-key', key: 'REMOTE_DIR', firstLine: 1, place: at(5) },
      { kind: 'env-name', key: '[env]', value: 'A-B', place: at(7) },
    ]);
  });

  it('lacks what it needs, or has it empty', () => {
    expect(problemsIn('REMOTE_HOST=\n')).toEqual([
      { kind: 'missing-key', key: 'REMOTE_DIR', place: { file: FILE } },
      { kind: 'missing-key', key: 'REMOTE_HOST', place: at(1) },
    ]);
  });

  it.each(['-oProxyCommand=touch x', 'a b', 'a\tb', '"a\nb"'])('has the host %j', (host) => {
    expect(problemsIn(`REMOTE_DIR=/x\nREMOTE_HOST=${host}`)).toMatchObject([{ kind: 'bad-host', place: at(2) }]);
  });

  it.each(['x/y', '~', '~me/x', './x'])('has the folder %j', (dir) => {
    expect(problemsIn(`REMOTE_HOST=a\nREMOTE_DIR=${dir}`)).toEqual([
      { kind: 'not-absolute', key: 'REMOTE_DIR', value: dir, place: at(2) },
    ]);
  });

  it.each(['1.5', '-1', 'x', '30s', '0', '00'])('is asked every %j seconds', (seconds) => {
    expect(problemsIn(`REMOTE_HOST=a\nREMOTE_DIR=/x\nPOLL_INTERVAL=${seconds}`)).toEqual([
      { kind: 'not-seconds', key: 'POLL_INTERVAL', value: seconds, place: at(3) },
    ]);
  });

  it('has control variables, or defaults that contradict each other', () => {
    expect(
      problemsIn('REMOTE_HOST=a\nREMOTE_DIR=/x\nYES=1\nPARTITION=a\nSBATCH_PARTITION=b\nSCRIPT=a\nCOMMAND=b'),
    ).toEqual([
      { kind: 'control-variable', key: 'YES', place: at(3) },
      { kind: 'conflicting-keys', key: 'SBATCH_PARTITION', other: 'PARTITION', otherPlace: at(4), place: at(5) },
      { kind: 'script-and-command', otherPlace: at(6), place: at(7) },
    ]);
  });

  it('has a prefix no job name can have, or a folder name in two lines', () => {
    expect(problemsIn('REMOTE_HOST=a\nREMOTE_DIR="/x\ny"\nJOB_PREFIX=a|b\n')).toEqual([
      { kind: 'control-character', key: 'REMOTE_DIR', value: '/x\ny', place: at(2) },
      { kind: 'bad-name', key: 'JOB_PREFIX', value: 'a|b', place: at(4) },
    ]);
  });
});

describe('command-line variables', () => {
  const text = 'REMOTE_HOST=a\nREMOTE_DIR=/a\n';
  const place = { file: 'command line' };

  it('are an error when nearly right', () => {
    expect(problemsIn(text, { PROFLE: 'x', SBATCH_CPU: '4', profile: 'x', SBATCH_NONSENSE: '1', ARG: '1' })).toEqual([
      { kind: 'unknown-variable', variable: 'PROFLE', nearest: 'PROFILE', place },
      { kind: 'unknown-variable', variable: 'SBATCH_CPU', nearest: 'SBATCH_CPUS', place },
      { kind: 'unknown-variable', variable: 'profile', nearest: 'PROFILE', place },
      { kind: 'unknown-variable', variable: 'SBATCH_NONSENSE', place },
      { kind: 'unknown-variable', variable: 'ARG', nearest: 'ARGS', place },
    ]);
  });

  it("are the project's own business when not", () => {
    expect(clusterOf(text, { SEED: '1', ENV: 'prod', V: '1', OUT: 'x', PROFILE: 'x', YES: '1', LINES: '3' }).host).toBe(
      'a',
    );
  });

  it('are checked like a file', () => {
    expect(problemsIn(text, { POLL_INTERVAL: 'x', REMOTE_HOST: '-x' })).toEqual([
      { kind: 'not-seconds', key: 'POLL_INTERVAL', value: 'x', place },
      { kind: 'bad-host', key: 'REMOTE_HOST', value: '-x', place },
    ]);
  });
});
