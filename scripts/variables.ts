/** The variables of make's command line, untouched; the environment's of the same name do not count. */

import { isName } from '../src/conf/keys.ts';
import { COMMAND_LINE, type ConfProblem } from '../src/conf/problem.ts';
import { Failure } from '../src/failure.ts';
import { runOfFlow } from '../src/flow/id.ts';
import type { VariableProblem } from '../src/report/problem.ts';
import type { WhichRun } from '../src/run/find.ts';

/** slurm.mk lists in SR_CLI what was given to make; run by hand, `NAME=value` arguments say the same. */
export function commandLine(): Map<string, string> {
  const values = new Map<string, string>();
  for (const name of (process.env.SR_CLI ?? '').split(/\s+/).filter(Boolean)) values.set(name, process.env[name] ?? '');
  for (const word of process.argv.slice(2)) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(word) ?? [];
    if (name !== undefined && value !== undefined) values.set(name, value);
  }
  return values;
}

/** The sweep's name of SWEEP: its file will do, too. */
export function sweepName(text: string): string {
  return text.replace(/^(?:\.\/)?slurm\/sweeps\//, '').replace(/\.ya?ml$/, '');
}

/** The flow's name of FLOW: its file will do, too. */
export function flowName(text: string): string {
  return text.replace(/^(?:\.\/)?slurm\/flows\//, '').replace(/\.ya?ml$/, '');
}

export interface Variables {
  all: ReadonlyMap<string, string>;
  /** A variable's text; undefined if it was not given or is empty. */
  text(name: string): string | undefined;
  /** 1, yes and true are yes; 0, no, false and empty are no. Throws Failure(2) for anything else. */
  flag(name: string): boolean;
  /** A whole number of at least 1, or 0 where `least` is. Throws Failure(2) for anything else. */
  number(name: string, least?: number): number | undefined;
  /** PROFILE and TAG, if PROFILE is given; else the run of FLOW, if that is. Throws Failure(2) if one can't be a name. */
  which(): WhichRun | undefined;
}

export function variables(all: ReadonlyMap<string, string>): Variables {
  const text = (name: string): string | undefined => all.get(name) || undefined;
  const wrong = (problem: VariableProblem): Failure =>
    new Failure<VariableProblem>(2, { ...problem, place: COMMAND_LINE });
  return {
    all,
    text,
    flag: (name) => {
      const value = all.get(name) ?? '';
      if (/^(1|yes|true)$/i.test(value)) return true;
      if (/^(0|no|false|)$/i.test(value)) return false;
      throw wrong({ kind: 'not-a-flag', variable: name, value });
    },
    number: (name, least = 1) => {
      const value = text(name);
      if (value === undefined) return undefined;
      if (/^(0|[1-9]\d{0,8})$/.test(value) && Number(value) >= least) return Number(value);
      throw wrong({ kind: 'not-a-number', variable: name, value, least });
    },
    which: () => {
      const [profile, tag] = [text('PROFILE'), text('TAG')];
      const flow = flowName(text('FLOW') ?? '');
      // Checked here, for state files are looked for by these names before any profile is read.
      for (const [key, value] of [
        ['PROFILE', profile],
        ['TAG', tag],
        ['FLOW', flow || undefined],
      ] as const) {
        if (value !== undefined && !isName(value)) {
          throw new Failure<ConfProblem>(2, { kind: 'bad-name', key, value, place: COMMAND_LINE });
        }
      }
      if (profile === undefined && flow) return runOfFlow({ name: flow, ...(tag === undefined ? {} : { tag }) });
      return profile === undefined ? undefined : { profile, ...(tag === undefined ? {} : { tag }) };
    },
  };
}
