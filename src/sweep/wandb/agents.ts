/** A profile whose jobs are agents of a W&B sweep: each takes one run from W&B, runs it and ends. */

import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { readEnvFile } from '../../conf/env-file.ts';
import { ownTemplate } from '../../conf/local-paths.ts';
import type { Profile } from '../../conf/types.ts';
import { Failure } from '../../failure.ts';
import { quote } from '../../host/quote.ts';
import type { Project } from '../../run/project.ts';
import { secretLines } from '../../run/submit.ts';
import type { SweepProblem } from '../problem.ts';
import type { StartedSweep } from '../started.ts';
import { agentPath, type WandbSettings, wandbSettings } from './settings.ts';

type Wandb = NonNullable<StartedSweep['wandb']>;

const KEY = 'WANDB_API_KEY';
const PLACES = /^WANDB_(?:ENTITY|PROJECT|BASE_URL)$/;

/**
 * What an agent's job has in its environment, and what it runs: `wandb agent`, unless the profile has a word of its own for that.
 * Throws Failure(2) for a template that would run neither.
 */
export function asAgents(root: string, profile: Profile, wandb: Wandb): Profile {
  const { baseUrl, entity, project, sweepId } = wandb;
  const env = {
    ...profile.env,
    WANDB_BASE_URL: baseUrl,
    WANDB_ENTITY: entity,
    WANDB_PROJECT: project,
    SWEEP_ID: sweepId,
  };
  // No template gets it, and in a container it wins over whatever the image says.
  const secrets = [...new Set([...profile.secrets, KEY])];
  const template = ownTemplate(root, profile.template);
  const text = template === undefined ? '{{ COMMAND }}' : readFileSync(join(root, template), 'utf8');
  if (isAgent(profile, text)) return { ...profile, env, secrets };
  if (!/\bCOMMAND\b/.test(text) && template !== undefined)
    throw new Failure<SweepProblem>(2, { kind: 'no-agent', place: { file: template } });
  const { script, ...rest } = profile;
  const command = `wandb agent --count 1 ${quote(agentPath(wandb, sweepId))}`;
  return { ...rest, scriptArgs: [], command, env, secrets };
}

/** It asks for the sweep's id itself: in its template, or in its COMMAND. */
const isAgent = ({ command = '' }: Profile, template: string) => /\bSWEEP_ID\b/.test(`${template}\n${command}`);

/** Throws Failure(2) where `wandb agent` would not find the sweep's program in the run directory. */
export function checkProgram(profile: Profile, files: readonly string[], program: string | undefined): void {
  const [path, command] = [posix.normalize(program ?? ''), profile.command ?? ''];
  if (program === undefined || profile.template !== undefined || /\bSWEEP_ID\b/.test(command)) return;
  // It stands somewhere else on the cluster, or wherever the container says.
  if (posix.isAbsolute(path) || path.startsWith('data/') || profile.containerWorkdir !== undefined) return;
  if (files.includes(path)) return;
  throw new Failure<SweepProblem>(2, { kind: 'no-sweep-program', program, profile: profile.name });
}

/** The profile's secrets and the key, which may stand where SECRETS does not look (~/.netrc). Throws Failure(2) for a missing one. */
export function agentSecrets(root: string, profile: Profile, settings: WandbSettings): string {
  const others = { ...profile, secrets: profile.secrets.filter((name) => name !== KEY) };
  return `${[secretLines(root, others), `export ${KEY}=${quote(settings.apiKey)}`].filter(Boolean).join('\n')}`;
}

/** Of a new sweep's: where the profile's jobs are told to belong comes before the environment and `.env`. Throws Failure(2). */
export function settingsOfProfile(
  { root, commandLine }: Project,
  { env }: Profile,
  sweepFile: { entity?: string; project?: string } = {},
): WandbSettings {
  const own = [...Object.entries(env), ...commandLine].filter(([name]) => PLACES.test(name));
  return wandbSettings({ ...process.env, ...Object.fromEntries(own) }, readEnvFile(root), sweepFile);
}

/** The settings as they are now, for a sweep that was started with those of then. Throws Failure(2). */
export function settingsOf(root: string, { entity, project, baseUrl }: Wandb): WandbSettings {
  const environment = { ...process.env, WANDB_ENTITY: entity, WANDB_PROJECT: project, WANDB_BASE_URL: baseUrl };
  return wandbSettings(environment, readEnvFile(root));
}
