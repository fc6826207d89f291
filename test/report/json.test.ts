/** What a program reads. */

import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/failure.ts';
import { toJson } from '../../src/report/json.ts';
import type { Problem } from '../../src/report/problem.ts';
import { problems } from './examples.ts';
import { profile, runDir, running } from './nouns.ts';

const parsed = (...about: Parameters<typeof toJson>) => JSON.parse(toJson(...about)) as Record<string, unknown>;

describe('the JSON document', () => {
  it('has the target and the exit code before the result, whatever that has of these names', () => {
    const result = { jobId: '12345', exit: 99, target: 'other', absent: undefined };
    expect(toJson('slurm-submit', 0, result)).toBe(
      ['{', '  "target": "slurm-submit",', '  "exit": 0,', '  "jobId": "12345"', '}'].join('\n'),
    );
  });

  it('has maps as objects and sets as arrays, however deep', () => {
    const result = { submit: { profile: profile() }, seen: new Set(['a']) };
    const { submit, seen } = parsed('slurm-run', 0, result) as { submit: { profile: { settings: object } }; seen: [] };
    expect(submit.profile.settings).toMatchObject({ SCRIPT: { value: 'simulation/backtests/backtest_v5.py' } });
    expect(seen).toEqual(['a']);
  });

  it('has what is no object under a name', () => {
    expect(parsed('slurm-x', 0, ['a'])).toEqual({ target: 'slurm-x', exit: 0, result: ['a'] });
    expect(parsed('slurm-x', 0, undefined)).toEqual({ target: 'slurm-x', exit: 0 });
  });

  it('has of a failure its problems, each with what a person would read', () => {
    const failure = new Failure(4, { kind: 'still-alive', id: 'x', verdict: running() });
    expect(parsed('slurm-collect', 4, failure, { profile: 'x', cluster: 'lab' })).toEqual({
      target: 'slurm-collect',
      exit: 4,
      problems: [
        {
          kind: 'still-alive',
          message:
            '⚠️ Job 12345 is still RUNNING. Collect it when it has ended.\n→ make slurm-watch PROFILE=x CLUSTER=lab waits for it.',
          id: 'x',
          verdict: running(),
        },
      ],
    });
  });

  it('has failures inside a result as well', () => {
    const failed = [{ id: 'x', failure: new Failure(2, { kind: 'run-gone', id: 'x', runDir }) }];
    expect(parsed('slurm-collect', 2, { failed })).toMatchObject({
      failed: [{ id: 'x', failure: { exit: 2, problems: [{ kind: 'run-gone', id: 'x', runDir }] } }],
    });
  });

  it('has a message for every problem, without colours', () => {
    const failure = new Failure<Problem>(2, ...(Object.values(problems).flat() as Problem[]));
    const { problems: told } = parsed('slurm-run', 2, failure) as { problems: { kind: string; message: string }[] };
    for (const { kind, message } of told) {
      expect(message, kind).not.toMatch(/\x1b|undefined|\[object/);
      expect(message, kind).toMatch(/\w/);
    }
  });

  it('has an error that is no failure too', () => {
    expect(parsed('slurm-run', 2, new TypeError('oops'))).toMatchObject({ problems: [{ kind: 'error' }] });
  });

  it('holds nothing that could act on a terminal, and gives every character back', () => {
    const file = 'a\x1b[2J\u009b\x7f\u2028\u202e한글';
    const text = toJson('slurm-fetch', 0, { file });
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]/);
    expect(JSON.parse(text)).toMatchObject({ file });
  });
});
