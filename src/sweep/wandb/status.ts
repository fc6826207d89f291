/** What W&B says of a sweep, beside what Slurm does; without an answer a status says so, and has all the rest. */

import { readEnvFile } from '../../conf/env-file.ts';
import { Failure } from '../../failure.ts';
import type { StartedSweep } from '../started.ts';
import { settingsOf } from './agents.ts';
import { type SweepInfo, sweepInfo, withEntity } from './api.ts';
import { settingsFor, wandbSettings } from './settings.ts';

export interface WandbStatus {
  wandb?: SweepInfo;
  /** Why there is nothing of W&B's. */
  wandbTrouble?: Failure;
}

/** Nobody wants to wait for half a minute for a part of a status. */
const PACE = { timeout: 5000, pause: 300 };

/** Of a sweep that was started from here; nothing of a matrix. */
export async function wandbStatus(root: string, { wandb }: StartedSweep): Promise<WandbStatus> {
  if (!wandb) return {};
  try {
    return { wandb: await sweepInfo(settingsOf(root, wandb), wandb.sweepId, PACE) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { wandbTrouble: error };
  }
}

export interface ForeignSweep {
  /** As it was typed. */
  sweepId: string;
  wandb: SweepInfo;
}

/** Of a sweep that nothing is tracked of here. Throws Failure(2, 3). */
export async function foreignStatus(root: string, typed: string): Promise<ForeignSweep> {
  const { settings, sweepId } = settingsFor(wandbSettings(process.env, readEnvFile(root)), typed);
  return { sweepId: typed, wandb: await sweepInfo(await withEntity(settings, PACE), sweepId, PACE) };
}
