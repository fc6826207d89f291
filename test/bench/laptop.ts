/** A laptop whose ssh calls are counted and whose masters end with it. */

import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { TestCluster } from '../cluster/cluster.ts';

export interface Laptop {
  env: Record<string, string>;
  /** Runs and transfers that went through ssh since the start or the last reset: not masters, nor questions to them. */
  sessions(): number;
  reset(): void;
  /** Ends the masters, ours and the minimum's: the next command starts cold. */
  disconnect(): Promise<void>;
}

/** A home of its own, as `TestCluster.env` makes it, with a counting `ssh` before the real one where that is asked for. */
export function openLaptop(cluster: TestCluster, counting = true): Laptop {
  const env = cluster.env();
  const home = env.HOME as string;
  const log = join(home, 'ssh-calls');
  writeFileSync(log, '');
  if (counting) {
    const folder = join(home, 'counting');
    mkdirSync(folder);
    // What is run comes last on ssh's command line: a master (-fNM), a question (-O, -G) or a session.
    const shim = `#!/bin/sh\ncase " $* " in *" -O "*|*" -G "*|*" -fNM "*) ;; *) echo session >>'${log}' ;; esac\nPATH=\${PATH#*:} exec ssh "$@"\n`;
    writeFileSync(join(folder, 'ssh'), shim);
    chmodSync(join(folder, 'ssh'), 0o755);
    env.PATH = `${folder}:${env.PATH}`;
  }
  return {
    env,
    sessions: () => readFileSync(log, 'utf8').split('\n').length - 1,
    reset: () => writeFileSync(log, ''),
    disconnect: async () => {
      const folder = join(home, '.ssh');
      const sockets = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isSocket());
      await Promise.all(
        sockets.map(({ name }) =>
          execa('ssh', ['-S', join(folder, name), '-O', 'exit', 'any'], { env, reject: false, stdio: 'ignore' }),
        ),
      );
    },
  };
}
