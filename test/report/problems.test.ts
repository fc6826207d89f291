/** Every problem in words: readable, harmless to a terminal, with the right commands. */

import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/failure.ts';
import type { Typed } from '../../src/report/commands.ts';
import type { Problem, Sentences } from '../../src/report/problem.ts';
import { errorText, failureText, problemText } from '../../src/report/problems.ts';
import { plain } from '../../src/report/style.ts';
import type { SchedulerProblem } from '../../src/scheduler/problem.ts';
import { problems } from './examples.ts';
import { runDir, running } from './nouns.ts';

const all = Object.values(problems).flat() as Problem[];
const typed: Typed = { target: 'slurm-run', profile: 'x', cluster: 'lab' };
const text = (problem: Problem, about: Typed = {}) => problemText(problem, plain, about);

/** Fields that hold words of our own. */
const OURS = 'kind state basis why because reason form doing where direction scheduler runtime'.split(' ');

/** The same problem with something hostile in every text of it but words of our own. */
function hostile(problem: Problem): Problem {
  const evil = (value: unknown, key: string): unknown => {
    if (OURS.includes(key)) return value;
    if (problem.kind === 'missing-key' && key === 'key') return value;
    if (typeof value === 'string') return `${value}\x1b]0;pwned\x07\u009b2J\r\n\u202Eend`;
    if (Array.isArray(value)) return value.map((item) => evil(item, ''));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, evil(item, name)]));
  };
  return evil(problem, '') as Problem;
}

describe('every problem', () => {
  it('has a sentence, by its type', () => {
    // @ts-expect-error: one kind is missing
    const part: Sentences<SchedulerProblem> = { 'no-slurm': () => '' };
    expect(Object.keys(part)).toHaveLength(1);
  });

  it.each(all.map((problem) => [problem.kind, problem] as const))('%s reads as text', (_, problem) => {
    for (const about of [{}, typed]) {
      const told = text(problem, about);
      expect(told).not.toMatch(/undefined|\[object|NaN|null|function|=>/);
      expect(told).not.toContain('{"kind"');
      expect(told).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
      expect(told.split('\n').every((line) => line.trim() !== '' && line === line.trimEnd())).toBe(true);
    }
  });

  it.each(all.map((problem) => [problem.kind, problem] as const))('%s lets nothing act on a terminal', (_, problem) => {
    const told = text(hostile(problem));
    expect(told).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
    // A line break in a value begins no line of ours; another program's words keep theirs, indented.
    for (const line of told.split('\n').slice(1)) expect(line).toMatch(/^(→ | {2})/);
  });

  it('differs by nothing but colours when these are on', () => {
    for (const problem of all) {
      const coloured = problemText(problem, createColors(true), typed);
      expect(coloured).toContain('\x1b[');
      expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(text(problem, typed));
    }
  });

  it('names the profile, the tag and the cluster that were meant in the commands it gives', () => {
    const told = text({ kind: 'not-pushed', id: 'x@seed1' }, { cluster: 'lab', profile: 'other' });
    expect(told).toContain('make slurm-push PROFILE=x TAG=seed1 CLUSTER=lab');
    expect(text({ kind: 'not-pushed', id: 'x' }, { cluster: 'cluster' })).toContain('make slurm-push PROFILE=x makes');
  });

  it('never tells anybody to push again who is to go on', () => {
    const about = { target: 'slurm-full', profile: 'x' };
    for (const kind of ['transfer-failed', 'still-alive', 'queue-silent', 'not-removed', 'unreachable'] as const) {
      for (const problem of problems[kind]) expect(text(problem, about)).not.toContain('slurm-full');
    }
  });
});

describe('a sentence', () => {
  it('begins with the file and the line and ends with the nearest right name', () => {
    const place = { file: 'slurm/profiles/x.conf', line: 4 };
    expect(text({ kind: 'unknown-key', key: 'SBATCH_CPU', nearest: 'SBATCH_CPUS', place })).toBe(
      'slurm/profiles/x.conf:4: unknown key SBATCH_CPU; did you mean SBATCH_CPUS?',
    );
  });

  it('says how a value is written', () => {
    const place = { file: 'slurm/profiles/x.conf', line: 4 };
    expect(text({ kind: 'wrong-form', key: 'SBATCH_TIME', value: '10 minutes', form: 'time', place })).toBe(
      'slurm/profiles/x.conf:4: SBATCH_TIME=10 minutes is no time limit; ' +
        'write minutes (90), hours:minutes:seconds (04:00:00) or days-hours (2-12)',
    );
  });

  it('names the profiles there are', () => {
    const place = { file: 'slurm/profiles/bactest.conf' };
    expect(
      text({ kind: 'no-profile', profile: 'bactest', profiles: ['backtest', 'x'], nearest: 'backtest', place }),
    ).toBe(
      [
        'slurm/profiles/bactest.conf: there is no profile bactest; did you mean backtest?',
        '→ Profiles here: backtest, x.',
      ].join('\n'),
    );
  });

  it('says how to wait for a job that lives', () => {
    expect(text({ kind: 'still-alive', id: 'x', verdict: running() })).toBe(
      [
        '⚠️ Job 12345 is still RUNNING. Collect it when it has ended.',
        '→ make slurm-watch PROFILE=x waits for it.',
      ].join('\n'),
    );
    const resubmit = text({ kind: 'still-alive', id: 'x', verdict: running() }, { target: 'slurm-resubmit' });
    expect(resubmit).not.toContain('Collect');
  });

  it('says after a lost connection that nothing is lost', () => {
    expect(text({ kind: 'connection-lost', host: 'node54', detail: 'Broken pipe\n' }, { profile: 'x', tag: 'a' })).toBe(
      [
        'The connection to node54 is lost.',
        '  Broken pipe',
        '→ Check the network.',
        '→ Nothing is lost: make slurm-recover PROFILE=x TAG=a goes on from here.',
      ].join('\n'),
    );
  });

  it('says what to check when results are missing, and how to go past it', () => {
    const told = text({ kind: 'results-missing', id: 'x', paths: ['out/'], runDir });
    expect(told).toContain('  missing: out/');
    expect(told).toContain('RESULTS_PULL in slurm/profiles/x.conf');
    expect(told).toContain('make slurm-collect PROFILE=x FORCE=1');
  });

  it('names some of many paths', () => {
    const paths = Array.from({ length: 100 }, (_, at) => `out${at}`);
    const lines = text({ kind: 'results-missing', id: 'x', paths, runDir }).split('\n');
    expect(lines.length).toBeLessThan(30);
    expect(lines).toContain('  … and 80 more');
  });

  it('keeps the end of many words', () => {
    const detail = Array.from({ length: 100 }, (_, at) => `line ${at}`).join('\n');
    const told = text({ kind: 'git-failed', detail });
    expect(told).toContain('line 99');
    expect(told.split('\n').length).toBeLessThan(20);
  });
});

describe('of a sweep', () => {
  const place = { file: 'slurm/sweeps/grid.yaml', line: 4 };

  it('an axis that is a key can be had by a template', () => {
    const refused = (name: string) => text({ kind: 'parameter-name', name, why: 'key', place });
    expect(refused('SBATCH_MEM')).toContain('→ As MEM, a template with #SBATCH --mem={{ MEM }} can do it');
    expect(refused('SBATCH_CPUS')).toContain('#SBATCH --cpus-per-task={{ CPUS }}');
    expect(refused('PARTITION')).toContain('#SBATCH --partition={{ CELL_PARTITION }}');
    expect(refused('SCRIPT')).not.toContain('#SBATCH');
  });

  it('a parameter that a cell lacks is no key of the profile', () => {
    const told = text({ kind: 'unset-variable', name: 'LR', cell: '3-b', place }, { profile: 'x' });
    expect(told).toContain('LR has no value in cell 3-b\n→ Give LR to every cell');
    expect(told).toContain("{{ LR | default('…') }}");
    expect(told).not.toContain('slurm/profiles');
    expect(text({ kind: 'unset-variable', name: 'PARTITION', place }, { profile: 'x' })).toContain('slurm/profiles/x');
    expect(text({ kind: 'undefined-variable', name: 'SWEEP_ID', raw: false, place })).toContain('only sweeps of W&B');
  });

  it('cells are listed by a trial before the start, by the status after it', () => {
    const problem = { kind: 'no-such-cell', cell: '99', count: 6 } as const;
    expect(text(problem, { target: 'slurm-sweep-start', sweep: 'grid' })).toContain(
      'DRY_RUN=1 without CELL shows them.',
    );
    expect(text(problem, { target: 'slurm-sweep-resume', sweep: 'grid' })).toContain(
      'make slurm-sweep-status SWEEP=grid CELLS=1 shows them.',
    );
  });

  it('runs under other tags are named', () => {
    const others = ['train@grid', 'train@grid.t1'];
    const told = text(
      { kind: 'not-started', sweep: 'grid', started: ['grid', 'grid'], others },
      { target: 'slurm-sweep-watch', sweep: 'grid', tag: 'nope' },
    );
    expect(told).toContain('nothing of a sweep grid with TAG=nope is tracked here');
    expect(told).toContain('→ Of that sweep there is: PROFILE=train without TAG, PROFILE=train TAG=t1.');
  });

  it('numbers may be 0 where that means something', () => {
    const number = { kind: 'not-a-number', value: 'x' } as const;
    expect(text({ ...number, variable: 'RETRY', least: 0 })).toContain('0 or more');
    expect(text({ ...number, variable: 'COUNT', least: 1 })).toContain('1 or more');
    expect(text({ kind: 'not-a-flag', variable: 'CELLS', value: 'x' })).toContain('or failed');
  });

  it('a template that is a path is written there', () => {
    const missing = (template: string, templates: string[] = []) => text({ kind: 'no-template', template, templates });
    expect(missing('jobs/nix.sh')).toContain('→ Write jobs/nix.sh, or');
    expect(missing('jobs/nix.sh', ['gpu'])).toContain('→ Write jobs/nix.sh, or');
    expect(missing('nix')).toContain('→ Write slurm/templates/nix.sbatch, or');
  });
});

describe('what sbatch refuses', () => {
  const refused = (detail: string) => text({ kind: 'submit-refused', id: 'x', detail }, { cluster: 'lab' });

  it.each([
    ['invalid partition specified: shared', 'PARTITION'],
    ['Batch job submission failed: Invalid partition name specified', 'PARTITION'],
    ['Batch job submission failed: No partition specified or system default partition', 'PARTITION'],
    ["Batch job submission failed: User's group not permitted to use this partition", 'PARTITION'],
    ['Batch job submission failed: Invalid account or account/partition combination specified', 'ACCOUNT'],
    ['Batch job submission failed: Invalid qos specification', 'SBATCH_QOS'],
    ['Batch job submission failed: Requested time limit is invalid (missing or exceeds some limit)', 'SBATCH_TIME'],
    ['Batch job submission failed: Invalid generic resource (gres) specification', 'SBATCH_GPUS'],
    ['Memory specification can not be satisfied', 'SBATCH_MEM'],
    ['Batch job submission failed: Requested node configuration is not available', 'SBATCH_CPUS'],
    ['Batch job submission failed: More processors requested than permitted', 'SBATCH_CPUS'],
    ['Batch job submission failed: Invalid feature specification', 'SBATCH_CONSTRAINT'],
    ['Batch job submission failed: Invalid job array specification', 'SBATCH_ARRAY'],
    ['Batch job submission failed: Job dependency problem', 'SBATCH_DEPENDENCY'],
    ['Batch job submission failed: Requested reservation is invalid', 'SBATCH_RESERVATION'],
    ['Batch job submission failed: Invalid license specification', 'SBATCH_LICENSES'],
    ['Batch job submission failed: Invalid node name specified', 'SBATCH_NODELIST'],
    ['Invalid --mail-type specification', 'SBATCH_MAIL_TYPE'],
    ['something new', 'what it complains of'],
  ])('%s: change %s', (words, key) => {
    const told = refused(`sbatch: error: ${words}`);
    expect(told).toContain(`  sbatch: error: ${words}`);
    expect(told).toMatch(new RegExp(`→ .*\\b${key}\\b.* in slurm/profiles/x\\.conf \\(.*slurm/clusters/lab\\.conf`));
    expect(told).toContain('make slurm-submit PROFILE=x CLUSTER=lab');
  });

  it('is a limit when it is the policy, whatever else that sentence names', () => {
    const policy = "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)";
    const told = refused(
      `sbatch: error: AssocMaxSubmitJobLimit\nsbatch: error: Batch job submission failed: ${policy}`,
    );
    expect(told).toContain('A limit of your account or QOS');
    expect(told).not.toContain('SBATCH_TIME');
  });

  it('is no mistake of the user while the controller is away', () => {
    const told = refused('sbatch: error: Unable to contact slurm controller (connect failure)');
    expect(told).toMatch(/^Slurm takes no jobs at present/);
    expect(told).not.toContain('Change');
  });
});

describe('a failure', () => {
  it('tells each of its problems, once', () => {
    const [one, other] = problems['unknown-key'];
    const failure = new Failure(2, one!, other!, one!);
    expect(failureText(failure, plain)).toBe([text(one!), text(other!)].join('\n'));
  });

  it('of a kind that nobody put into words shows its data', () => {
    expect(failureText(new Failure(2, { kind: 'brand-new' }), plain)).toBe('{"kind":"brand-new"}');
    expect(failureText(new Failure(2, { kind: 'toString' }), plain)).toBe('{"kind":"toString"}');
  });

  it('of the system is told by its file', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', path: '/a\x1b' });
    expect(errorText(full, plain)).toBe('/a\\x1b: there is no space left on this machine');
    expect(errorText(new TypeError('x is not a function'), plain)).toContain('mistake in slurm-runner');
    expect(errorText('just a word', plain)).toContain('just a word');
  });
});
