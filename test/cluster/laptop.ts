/** The laptop's side of the test cluster: a home of its own for every test, and the environment a person's commands run in. */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Short, since a home with it in its name has to hold sockets, whose paths end at 104 bytes. */
export function unique(): string {
  return randomBytes(4).toString('hex');
}

/** What would change how ssh, make or Slurm behave on a person's laptop, and comes from whoever runs the tests. */
const foreign = /^(SR_|SSH_|SLURM|SBATCH_|SQUEUE_|SACCT_|SINFO_|MAKE|MFLAGS|GNUMAKEFLAGS|XDG_|RSYNC_|VITEST|NODE_ENV$)/;

export function laptopEnvironment(clusterDir: string): Record<string, string> {
  const home = join(clusterDir, 'laptops', unique());
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  copyFileSync(join(clusterDir, 'ssh_config'), join(home, '.ssh', 'config'));
  const kept = Object.entries(process.env).filter(([name, value]) => value !== undefined && !foreign.test(name));
  const path = [join(clusterDir, 'bin'), process.env.PATH].join(delimiter);
  return { ...(Object.fromEntries(kept) as Record<string, string>), HOME: home, PATH: path };
}
