/** What a job needs to tell of its own end: lines that come into its supervisor with the secrets, in the file that only its owner reads. */

import type { Cluster, Profile } from '../conf/types.ts';
import { remoteText } from '../host/program.ts';
import { quote } from '../host/quote.ts';
import { eventsOf, notifyOf, notifySettings } from './settings.ts';
import type { Subject } from './types.ts';

/** Whose jobs they are, where they are more than a profile's own: the sweep's or the flow's name. */
export interface Whose {
  sweep?: string;
  flow?: string;
  /** Of a submission of a flow's jobs. */
  jobs?: FlowJobs;
}

/** What jobs of a flow have to know of each other. */
export interface FlowJobs {
  /** What each has to say of NOTIFY, by its name. */
  notify: ReadonlyMap<string, string | undefined>;
  /** What never begins where something else ends ill, or well (src/flow/waits.ts). */
  waits: string;
}

/** As much of a project as is needed. */
export interface Here {
  root: string;
  cluster: Pick<Cluster, 'host' | 'settings'>;
  commandLine: ReadonlyMap<string, string>;
}

/**
 * Lines of shell for the file of secrets; empty where nobody wants to hear of an end. None of the variables is exported, so that what
 * the job runs has no address in its environment. Throws Failure(2) for addresses that are none.
 */
export function linesForJob(
  { root, cluster, commandLine }: Here,
  profile: Pick<Profile, 'id' | 'name' | 'tag' | 'settings' | 'secrets' | 'env'>,
  whose: Whose = {},
): string {
  const { settings, secrets, env } = profile;
  const notify = notifyOf({ commandLine, cluster }, settings.get('NOTIFY')?.value);
  const { webhooks, events } = notifySettings({ root, commandLine, secrets, env, environment: process.env, notify });
  const ends = [...events].filter((event) => event !== 'started');
  const { jobs } = whose;
  // Of one job of a flow nothing is told but that it failed.
  const isUnlike = (own: string | undefined): boolean =>
    eventsOf(notifyOf({ commandLine, cluster }, own)).has('failed') !== events.has('failed');
  const unlike = [...(jobs?.notify ?? [])].flatMap(([job, own]) => (isUnlike(own) ? [job] : []));
  if (webhooks.length === 0 || (ends.length === 0 && unlike.length === 0)) return '';
  const url = (name: string): string => webhooks.find((webhook) => webhook.name === name)?.url ?? '';
  const values = {
    // Read only when it is called for: nothing in it can stop the job itself.
    sr_notify: [...['notify', 'notify-all', 'notify-send'].map(remoteText), 'told'].join('\n'),
    sr_notify_kind: whose.flow ? 'flow' : whose.sweep ? 'sweep' : 'job',
    sr_notify_events: ends.join(' '),
    ...(jobs && { sr_notify_unlike: unlike.join(' '), sr_notify_waits: jobs.waits }),
    sr_notify_slack: url('SLACK_WEBHOOK_URL'),
    sr_notify_webhook: url('NOTIFY_WEBHOOK_URL'),
    sr_notify_title: titleOf(profile.id, whose),
    // An object without its braces; there is always something in it.
    sr_notify_subject: JSON.stringify({ ...subjectOf(profile, whose), cluster: cluster.host }).slice(1, -1),
    sr_notify_hide: secrets.join(' '),
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${quote(value)}`)
    .join('\n');
}

/** What it is called, in front of all that is said of it; `id` is the run's. */
export function titleOf(id: string, { sweep, flow }: Whose = {}): string {
  return flow ? `Flow ${flow}` : sweep ? `Sweep ${sweep}` : id;
}

export function subjectOf({ name, tag }: Pick<Profile, 'name' | 'tag'>, { sweep, flow }: Whose = {}): Subject {
  if (flow) return { flow };
  if (sweep) return { sweep, profile: name };
  return { profile: name, ...(tag && { tag }) };
}
