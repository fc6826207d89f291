/** What a job in a container needs, here for `check`: the image, the runtime on the submit host and on a compute node, Pyxis. */

import type { Profile } from '../conf/types.ts';
import { remoteText } from '../host/program.ts';
import { SEPARATOR } from '../scheduler/rows.ts';
import type { CheckItem, CheckSubject } from './check.ts';
import type { Project } from './project.ts';

/** Options that decide which compute node is asked. */
const PLACE = new Set(['partition', 'account', 'qos', 'reservation', 'constraint', 'nodelist', 'exclude', 'mem']);

/** One round trip. Nothing for a profile without a container. */
export async function containerChecks(project: Project, profile: Profile): Promise<CheckItem[]> {
  const { runsIn, containerRuntime } = profile;
  if (runsIn === undefined || containerRuntime === 'none') return [];
  const { host, cluster, scheduler } = project;
  const { files, setup } = scheduler.shell;
  const runtime = containerRuntime === 'pyxis' ? 'enroot' : 'apptainer';
  const probe = `${['lib', 'probe'].map(remoteText).join('\n')}\nrecord node "\${SLURMD_NODENAME:-$(uname -n)}"\nprobe ${runtime}`;
  const place = profile.sbatch.filter(({ name }) => PLACE.has(name));
  const answer = await host.run({
    files: [...files, 'pinned', 'probe', 'check-container'],
    args: [
      ...[setup, cluster.remoteDir, runtime, containerRuntime === 'pyxis' ? 'pyxis' : ''],
      ...[runsIn.kind === 'uri' ? '' : runsIn.path, scheduler.kind === 'slurm' ? probe : ''],
      ...place.map(({ name, value }) => `--${name}=${value}`),
    ],
  });
  return itemsOf(answer.stdout, runtime);
}

function itemsOf(output: string, runtime: 'enroot' | 'apptainer'): CheckItem[] {
  const items: CheckItem[] = [];
  let node = '';
  for (const line of output.split('\n')) {
    const [kind, subject = '', verdict = '', detail = '', room = ''] = line.split(SEPARATOR);
    if (kind === 'node') node = subject;
    else if (kind === 'no-node') items.push({ subject: 'compute-node', verdict: 'note', detail: subject });
    else if (kind === 'check') items.push(judged(subject as CheckSubject, verdict, [detail, room], node, runtime));
  }
  return items;
}

/** What a compute node lacks, jobs lack; what the submit host lacks is only needed for making images there. */
function judged(
  subject: CheckSubject,
  verdict: string,
  [detail, room]: readonly [string, string],
  node: string,
  runtime: 'enroot' | 'apptainer',
): CheckItem {
  const isHosts = subject === 'image' || subject === 'pyxis';
  const where = isHosts ? {} : { where: node === '' ? ('submit host' as const) : node };
  // An apptainer that is installed with its privileges needs no namespaces.
  const soft = !isHosts && (node === '' || (subject === 'namespaces' && runtime === 'apptainer'));
  const judgement = verdict === 'ok' ? 'ok' : verdict === 'note' || soft ? 'note' : 'bad';
  const said = subject === 'runtime' && detail === '' ? runtime : detail;
  return { subject, verdict: judgement, detail: room ? `${said} (${room} free)` : said, ...where };
}
