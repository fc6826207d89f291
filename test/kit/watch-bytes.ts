/**
 * `tsx watch-bytes.ts PROFILE GIVE_UP`, in a project's folder: slurm-watch with the job's standard output alone on its own, byte for
 * byte, every other event as a line of JSON on standard error, and its own time to give up, in seconds.
 */

import { Failure } from '../../src/failure.ts';
import { openProject } from '../../src/run/project.ts';
import { watch } from '../../src/run/watch.ts';

const [profile = '', giveUp = ''] = process.argv.slice(2);
const say = (what: object): void => void process.stderr.write(`${JSON.stringify(what)}\n`);
const project = openProject(process.cwd(), undefined, new Map(), {
  tell: (event) => {
    if (event.type !== 'log') say(event);
    else if (event.name === 'out') process.stdout.write(event.data);
  },
  ask: async () => false,
});
try {
  const { verdict } = await watch(project, { profile, giveUp: Number(giveUp) });
  say({ type: 'verdict', verdict });
  process.exitCode = verdict.success ? 0 : 1;
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  say({ type: 'failure', problems: error.problems });
  process.exitCode = error.exit;
}
