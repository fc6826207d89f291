/** Which run a sweep's verb is about. */

import { nearest } from '../conf/nearest.ts';
import { listProfiles } from '../conf/profile.ts';
import { Failure } from '../failure.ts';
import type { TrackedRun, WhichRun } from '../run/find.ts';
import { listTracked, readTracked } from '../run/record.ts';
import { listSweeps } from './file/file.ts';
import type { SweepProblem } from './problem.ts';
import { keptHere, type StartedSweep } from './started.ts';
import type { Sweep } from './types.ts';
import { parseSweepId } from './wandb/settings.ts';

/** As typed: SWEEP or SWEEP_ID, PROFILE where the sweep's file does not say, TAG. */
export interface WhichSweep {
  name?: string;
  sweepId?: string;
  profile?: string;
  tag?: string;
}

/** The run's TAG, which is its folder below results/ too. */
export function folderOf({ name = '', tag }: Pick<WhichSweep, 'name' | 'tag'>): string {
  return tag === undefined ? name : `${name}.${tag}`;
}

/** The run that a start makes: of the profile that is named, the file's, or the sweep's namesake. Throws Failure(2). */
export function runOfSweep(root: string, which: WhichSweep, sweep: Sweep): WhichRun {
  const own = sweep.kind === 'matrix' ? sweep.profile : undefined;
  const profiles = listProfiles(root);
  const profile = which.profile ?? own ?? (profiles.includes(sweep.name) ? sweep.name : undefined);
  if (profile !== undefined) return { profile, tag: folderOf(which) };
  throw new Failure<SweepProblem>(2, {
    kind: 'sweep-without-profile',
    sweep: sweep.name,
    sweepKind: sweep.kind,
    profiles,
  });
}

/** The run of a sweep that W&B has already: its id is the TAG. Throws Failure(2) without a profile, or for what is no id. */
export function runOfSweepId(root: string, { profile, sweepId, tag }: WhichSweep & { sweepId: string }): WhichRun {
  const { sweepId: name } = parseSweepId(sweepId);
  if (profile !== undefined) return { profile, tag: folderOf({ name, ...(tag !== undefined && { tag }) }) };
  const profiles = listProfiles(root);
  throw new Failure<SweepProblem>(2, { kind: 'sweep-without-profile', sweep: sweepId, sweepKind: 'wandb', profiles });
}

/** Whether anything of it is tracked here. Throws Failure(2) for a SWEEP_ID that is none. */
export function isStarted(root: string, which: WhichSweep): boolean {
  return startedRuns(root, which).length > 0;
}

/** The tracked run of a sweep that was started. Throws Failure(2) if there is none, or several. */
export function startedRun(root: string, which: WhichSweep): TrackedRun {
  const found = startedRuns(root, which);
  const [first, ...others] = found;
  if (first === undefined) throw new Failure<SweepProblem>(2, notStarted(root, which));
  if (others.length > 0) {
    throw new Failure<SweepProblem>(2, {
      kind: 'several-started',
      sweep: nameOf(which),
      ids: found.map(({ id }) => id),
    });
  }
  return first;
}

const startedRuns = (root: string, which: WhichSweep): TrackedRun[] =>
  trackedIds(root, which)
    .map((id) => readTracked(root, id))
    .filter((tracked): tracked is TrackedRun => tracked.runDir !== undefined);

/** Ids of what is tracked here and fits. */
export function trackedIds(root: string, which: WhichSweep): string[] {
  const { sweepId, profile, name, tag } = which;
  const ids = listTracked(root).map(({ id }) => id);
  const ofProfile = ids.filter((id) => profile === undefined || id.startsWith(`${profile}@`));
  if (sweepId !== undefined) {
    const { sweepId: wanted } = parseSweepId(sweepId);
    const isIt = (id: string): boolean => keptHere(root, id)?.wandb?.sweepId === wanted || tagOf(id) === wanted;
    return ofProfile.filter((id) => isIt(id) && (tag === undefined || tagOf(id).endsWith(`.${tag}`)));
  }
  if (name === undefined) return ofProfile.filter((id) => keptHere(root, id) !== undefined);
  return ofProfile.filter((id) => tagOf(id) === folderOf(which));
}

const tagOf = (id: string): string => id.split('@')[1] ?? '';

const nameOf = ({ name, sweepId }: WhichSweep): string => sweepId ?? name ?? '';

function notStarted(root: string, which: WhichSweep): SweepProblem {
  if (which.sweepId !== undefined) return { kind: 'no-agents', sweepId: which.sweepId };
  const sweep = nameOf(which);
  if (which.name === undefined) return { kind: 'missing-sweep', sweeps: listSweeps(root) };
  const all = listTracked(root).flatMap(({ id }) => {
    const kept = keptHere(root, id);
    return kept ? [{ id, name: kept.name }] : [];
  });
  const started = all.map(({ name }) => name);
  const others = all.flatMap(({ id, name }) => (name === sweep ? [id] : []));
  const hint = others.length > 0 ? undefined : nearest(sweep, started);
  return {
    ...{ kind: 'not-started', sweep, started },
    ...(others.length > 0 && { others }),
    ...(hint && { nearest: hint }),
  };
}

/** Throws Failure(2) for a run that is no sweep's. */
export function mustBeSweep({ id }: TrackedRun, sweep: StartedSweep | undefined): StartedSweep {
  if (sweep) return sweep;
  throw new Failure<SweepProblem>(2, { kind: 'no-sweep-run', id });
}
