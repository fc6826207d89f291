/** Refusals: what a program over there reports instead of taking files in. */

import type { Refusal } from './types.ts';

/** The refusal among the lines of a program's report, if it ended with one (`Upload.program`). */
export function refusalIn(report: readonly string[]): Refusal | undefined {
  const [, kind, detail] = /^refused (\S+) (.*)$/.exec(report.at(-1) ?? '') ?? [];
  return kind === undefined || detail === undefined ? undefined : { kind, detail };
}
