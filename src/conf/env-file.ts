/** Reads `.env`, which is never pushed, and finds the values of a profile's secrets. */

import type { Place } from '../failure.ts';
import { readConf, type Written } from './conf-file.ts';
import { isEnvName } from './keys.ts';
import { type ConfProblem, throwIfAny } from './problem.ts';
import type { Profile } from './types.ts';

export const ENV_FILE = '.env';

/** Addresses that notifications go to: whoever knows one may write there, so they are secrets without being named in SECRETS. */
export const WEBHOOKS = ['SLACK_WEBHOOK_URL', 'NOTIFY_WEBHOOK_URL'] as const;

/** `.env` of the project in `root`, with the place of each value; empty if there is none. Throws a Failure (2). */
export function readEnvFile(root: string): Map<string, Written> {
  const conf = readConf(root, ENV_FILE);
  if (!conf) return new Map();
  const values = new Map(conf.sections.get('')!);
  const problems = [...conf.problems];
  for (const [name, { value, place }] of values) {
    if (!isEnvName(name)) problems.push({ kind: 'env-name', key: ENV_FILE, value: name, place });
    // The value itself stays out of the problem: it may be a secret.
    else if (value.includes('\0')) problems.push({ kind: 'control-character', key: name, value: '', place });
  }
  throwIfAny(problems);
  return values;
}

/**
 * The values of a profile's SECRETS by name: from `environment` (process.env), else from `.env`; an empty one is as good
 * as none. Throws a Failure (2) that names each one missing.
 */
export function secretValues(
  profile: Pick<Profile, 'secrets' | 'settings'>,
  environment: Readonly<Record<string, string | undefined>>,
  envFile: ReadonlyMap<string, Written>,
): Map<string, string> {
  const place: Place | undefined = profile.settings.get('SECRETS')?.place;
  const values = new Map<string, string>();
  const problems: ConfProblem[] = [];
  for (const name of profile.secrets) {
    const value = environment[name] || envFile.get(name)?.value;
    if (value) values.set(name, value);
    else problems.push({ kind: 'missing-secret', name, ...(place && { place }) });
  }
  throwIfAny(problems);
  return values;
}
