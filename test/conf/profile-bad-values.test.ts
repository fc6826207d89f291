/** What is wrong with a single value of a profile: options, paths, lists, variables, and what there is to run. */

import { describe, expect, it } from 'vitest';
import { loadCluster } from '../../src/conf/cluster.ts';
import { loadProfile } from '../../src/conf/profile.ts';
import { at, FILE, problemsIn } from './example-profile.ts';
import { load, loadFrom, problemsOf, projectOf, write } from './project.ts';

describe('what is wrong with a profile', () => {
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
