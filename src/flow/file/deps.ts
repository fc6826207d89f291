/** What a job's texts may have of its parents: `deps.JOB.NAME`. */

import { nearest } from '../../conf/nearest.ts';
import type { TemplateProblem } from '../../template/problem.ts';
import type { TemplateMembers, TemplateValues } from '../../template/shell-text.ts';
import type { Scope } from './fill.ts';
import type { Outline } from './outline.ts';

export interface Dependencies {
  /** What a job's texts may have of its parents, and a slip in it in words of flows. */
  of(job: Outline): { values: TemplateValues; explain: NonNullable<Scope['explain']> };
  /** The values that a job exports, filled in. */
  exported(job: Outline, values: ReadonlyMap<string, string>): void;
}

export function openDependencies(jobs: readonly Outline[]): Dependencies {
  const names = jobs.map(({ name }) => name);
  // As written, until they are filled in.
  const exports = new Map<string, ReadonlyMap<string, string>>(
    jobs.map((job) => [job.name, new Map(Array.from(job.exports, ([name, { text }]) => [name, text]))]),
  );
  const of: Dependencies['of'] = ({ dependsOn }) => {
    const parents = dependsOn.map(({ job }) => job);
    const deps: TemplateMembers = new Map(parents.map((parent) => [parent, exports.get(parent) ?? new Map()]));
    const explain = (problem: TemplateProblem): ReturnType<NonNullable<Scope['explain']>> => {
      if (problem.kind !== 'no-such-member' || problem.member === undefined) return problem;
      const { of, member, members, nearest: like, place } = problem;
      const at = place && { place };
      if (of !== 'deps') {
        const job = of.replace(/^deps\./, '');
        return {
          kind: 'flow-not-exported',
          job,
          name: member,
          exports: members,
          ...(like && { nearest: like }),
          ...at,
        };
      }
      const isJob = names.includes(member);
      const hint = isJob ? undefined : nearest(member, names);
      return { kind: 'flow-not-a-parent', job: member, isJob, parents, ...(hint && { nearest: hint }), ...at };
    };
    return { values: { deps }, explain };
  };
  return { of, exported: ({ name }, values) => exports.set(name, values) };
}
