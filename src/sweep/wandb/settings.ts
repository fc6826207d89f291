/** Whom to ask at W&B and as whom: the server, the key, the entity and the project; and which sweep is meant by a SWEEP_ID. */

import type { Written } from '../../conf/conf-file.ts';
import { Failure, type Place } from '../../failure.ts';
import { netrcFile, netrcPassword } from './netrc.ts';
import type { KeySource, WandbProblem } from './problem.ts';

export interface WandbSettings {
  /** Of the API, without a slash at its end. */
  baseUrl: string;
  apiKey: string;
  keyFrom?: KeySource;
  /** A user or a team; without one it is the key's default (`defaultEntity`). */
  entity?: string;
  project: string;
  /** Of the web pages, where it does not follow from `baseUrl`. */
  appUrl?: string;
  /** The variable that names a proxy, if one is set. */
  proxy?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const BASE_URL = 'https://api.wandb.ai';
/** What W&B's client calls a project that nobody named. */
const NO_PROJECT = 'uncategorized';

/**
 * WANDB_API_KEY, WANDB_ENTITY, WANDB_PROJECT, WANDB_BASE_URL and WANDB_APP_URL from `environment` (process.env), else from
 * `.env`; below those the `entity` and `project` of the sweep's own file, as `wandb sweep` has it, and for the key what `wandb
 * login` left in ~/.netrc. An empty value is as good as none. Throws a Failure (2) that names whatever is missing or wrong.
 */
export function wandbSettings(
  environment: Environment,
  envFile: ReadonlyMap<string, Written>,
  sweepFile: { entity?: unknown; project?: unknown } = {},
): WandbSettings {
  const given = (name: string) => (environment[name] || envFile.get(name)?.value || '').trim();
  const placed = (name: string) => (environment[name] ? undefined : envFile.get(name)?.place);
  const own = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '');
  const entity = given('WANDB_ENTITY') || own(sweepFile.entity);
  const project = given('WANDB_PROJECT') || own(sweepFile.project) || NO_PROJECT;
  const baseUrl = (given('WANDB_BASE_URL') || BASE_URL).replace(/\/+$/, '');
  const appUrl = given('WANDB_APP_URL').replace(/\/+$/, '');

  const problems: WandbProblem[] = [];
  const wrong = (problem: WandbProblem, place: Place | undefined) =>
    problems.push({ ...problem, ...(place && { place }) });
  if (entity && !isEntity(entity))
    wrong({ kind: 'wandb-bad-name', key: 'WANDB_ENTITY', value: entity }, placed('WANDB_ENTITY'));
  if (!isProject(project))
    wrong({ kind: 'wandb-bad-name', key: 'WANDB_PROJECT', value: project }, placed('WANDB_PROJECT'));
  const url = httpUrl(baseUrl);
  if (!url) wrong({ kind: 'wandb-bad-url', value: withoutUser(baseUrl) }, placed('WANDB_BASE_URL'));
  const netrc = netrcFile(environment);
  const found = url && findKey(url, netrc, environment, envFile);
  const about = { baseUrl, ...(appUrl && { appUrl }) };
  if (url && !found)
    problems.push({ kind: 'wandb-no-key', host: url.host, netrc, authorize: `${appOf(about)}/authorize` });
  if (!found || problems.length > 0) throw new Failure(2, ...problems);
  const proxy = proxyVariable(url.protocol, environment);
  return { ...about, ...found, ...(entity && { entity }), project, ...(proxy && { proxy }) };
}

function findKey(
  url: URL,
  netrc: string,
  environment: Environment,
  envFile: ReadonlyMap<string, Written>,
): { apiKey: string; keyFrom: KeySource } | undefined {
  // Of a server on a port of its own the client has written the port in some versions and left it out in others.
  const places: [KeySource, string | undefined][] = [
    ['environment', environment.WANDB_API_KEY],
    ['env-file', envFile.get('WANDB_API_KEY')?.value],
    ['netrc', netrcPassword(netrc, [url.host, url.hostname])],
  ];
  for (const [keyFrom, value] of places) {
    const apiKey = value?.trim();
    if (apiKey) return { apiKey, keyFrom };
  }
  return undefined;
}

/** A sweep as W&B tells it from all others, as far as it was typed. */
export interface SweepName {
  entity?: string;
  project?: string;
  sweepId: string;
}

/** `abc123`, `project/abc123`, `entity/project/abc123` or the address of its page. Throws a Failure (2). */
export function parseSweepId(typed: string): SweepName {
  const value = typed.trim();
  const bad = (): never => {
    throw new Failure<WandbProblem>(2, { kind: 'wandb-bad-sweep-id', value });
  };
  if (/^https?:/i.test(value)) {
    const [entity = '', project = '', sweeps, sweepId = ''] = pathOf(value) ?? [];
    const right = sweeps === 'sweeps' && isEntity(entity) && isProject(project) && isSweepId(sweepId);
    return right ? { entity, project, sweepId } : bad();
  }
  const parts = value.split('/');
  const [sweepId = '', project, entity] = parts.reverse();
  const right =
    parts.length <= 3 &&
    isSweepId(sweepId) &&
    (project === undefined || isProject(project)) &&
    (entity === undefined || isEntity(entity));
  return right ? { ...(entity && { entity }), ...(project && { project }), sweepId } : bad();
}

/** The settings for a sweep that was typed: what is typed with it wins. Throws a Failure (2). */
export function settingsFor(settings: WandbSettings, typed: string): { settings: WandbSettings; sweepId: string } {
  const { sweepId, ...over } = parseSweepId(typed);
  return { settings: { ...settings, ...over }, sweepId };
}

/** The page of a sweep, or with no `sweepId` the one of all sweeps of the project. */
export function sweepUrl(
  about: Pick<WandbSettings, 'baseUrl' | 'appUrl' | 'project'> & { entity: string },
  sweepId = '',
): string {
  const path = [about.entity, about.project, 'sweeps', sweepId].filter(Boolean).map(encodeURIComponent);
  return [appOf(about), ...path].join('/');
}

/** What `wandb agent` takes. */
export function agentPath({ entity, project }: { entity: string; project: string }, sweepId: string): string {
  return `${entity}/${project}/${sweepId}`;
}

/** The pages of `api.wandb.…` are at `wandb.…`, those of another `api.…` at `app.…`; elsewhere both are in one place. */
export function appOf({ baseUrl, appUrl }: Pick<WandbSettings, 'baseUrl' | 'appUrl'>): string {
  return appUrl ?? baseUrl.replace(/^(https?:\/\/)api\.(?=wandb\.)/, '$1').replace(/^(https?:\/\/)api\./, '$1app.');
}

const isEntity = (name: string) => /^[\p{L}\p{N}_.-]+$/u.test(name) && !/^\.+$/.test(name);
/** The characters that W&B refuses in a project's name, and those that are none. */
const isProject = (name: string) => /^[^/\\#?%:\p{Cc}]{1,128}$/u.test(name) && !/^\.+$/.test(name);
const isSweepId = (name: string) => /^[A-Za-z0-9_][\w-]*$/.test(name);

function httpUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // fetch takes no user in an address, and nobody should see one in a message.
  const right = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  return right ? url : undefined;
}

const withoutUser = (text: string) => text.replace(/\/\/[^/]*@/, '//…@');

function pathOf(text: string): string[] | undefined {
  try {
    return new URL(text).pathname.split('/').filter(Boolean).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Node's fetch uses none unless it is told to, which Node 20 cannot be. */
function proxyVariable(protocol: string, environment: Environment): string | undefined {
  if (environment.NODE_USE_ENV_PROXY) return undefined;
  const names = protocol === 'https:' ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy'];
  return [...names, 'ALL_PROXY', 'all_proxy'].find((name) => environment[name]);
}
