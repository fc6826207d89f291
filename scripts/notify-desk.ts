/** What notifications of jobs, sweeps and flows have in common: a notifier of the project's, and work that goes on beside the command. */

import { readConf } from '../src/conf/conf-file.ts';
import { splitWords } from '../src/conf/words.ts';
import { type Notifier, openNotifier } from '../src/notify/notifier.ts';
import { notifyOf } from '../src/notify/settings.ts';
import type { Message } from '../src/notify/types.ts';
import { notSentText } from '../src/report/notify.ts';
import type { TrackedRun } from '../src/run/find.ts';
import { logsOf } from '../src/run/log.ts';
import type { Project } from '../src/run/project.ts';
import type { TalkEvent } from '../src/run/talk.ts';
import type { Context } from './command.ts';

/** Lines of a log that is asked for on the cluster. */
const LOG_LINES = 15;

export type Own = Pick<Context, 'root' | 'atEnd' | 'typed'>;

export interface Desk {
  notifier: Notifier;
  /** Work whose end the command waits for, as long as it waits for messages that go out. */
  soon(work: () => Promise<Message | undefined>): void;
}

/**
 * `profile` is whose NOTIFY and SECRETS count, `secrets` more names of secrets, `events` what NOTIFY is taken to be. Throws Failure(2)
 * for addresses that are none.
 */
export function open(
  { root, atEnd }: Own,
  project: Project,
  profile: string,
  secrets: readonly string[] = [],
  events?: string,
): Desk {
  const key = keysOf(root, project, profile);
  const names = [...splitWords(key('SECRETS') ?? '').words.map(({ text }) => text), ...secrets, 'WANDB_API_KEY'];
  const { commandLine } = project;
  const notify = events ?? notifyOf(project, key('NOTIFY'));
  const notifier = openNotifier({ root, commandLine, environment: process.env, notify, secrets: names });
  const working = new Set<Promise<void>>();
  atEnd(async () => {
    const begun = Date.now();
    let late: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      late = setTimeout(resolve, PATIENCE * 1000);
    });
    await Promise.race([Promise.all(working), over]);
    clearTimeout(late);
    return (await notifier.done(Math.max(1, PATIENCE - (Date.now() - begun) / 1000))).map(notSentText);
  });
  const soon = (work: () => Promise<Message | undefined>): void => {
    const one = work()
      .then((message) => message && notifier.tell(message))
      // A failure to tell is no failure of the command.
      .catch(() => {})
      .finally(() => working.delete(one));
    working.add(one);
  };
  return { notifier, soon };
}

/** Seconds that a command waits at its end. */
const PATIENCE = 15;

/** A key of a profile, over that of cluster.conf, as far as its file can be read: of a run that is watched it may be gone. */
function keysOf(root: string, { cluster, commandLine }: Project, profile: string) {
  let keys: ReadonlyMap<string, { value: string }> | undefined;
  try {
    keys = readConf(root, `slurm/profiles/${profile}.conf`, ['env'])?.sections.get('');
  } catch {
    keys = undefined;
  }
  return (name: string): string | undefined =>
    commandLine.get(name) ?? keys?.get(name)?.value ?? cluster.settings.get(name)?.value;
}

export function listening(project: Project, listen: (event: TalkEvent) => void): Project {
  const { talk } = project;
  const tell = (event: TalkEvent): void => {
    talk.tell(event);
    listen(event);
  };
  return { ...project, talk: { ...talk, tell } };
}

/** The end of a job's or a task's log over there; empty if it cannot be had. */
export async function logOf(project: Project, run: Pick<TrackedRun, 'id' | 'runDir'>, job: string): Promise<string> {
  try {
    const logs = await logsOf(project, run, [job], LOG_LINES);
    return logs.map(({ tail }) => (tail === '' || tail.endsWith('\n') ? tail : `${tail}\n`)).join('');
  } catch {
    return '';
  }
}
