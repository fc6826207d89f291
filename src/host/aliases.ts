/** The names in the user's ssh configuration, to offer the nearest when one is misspelt. */

import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Host aliases of ~/.ssh/config, patterns left out; empty if there is no such file or it cannot be read. */
export async function sshAliases(): Promise<string[]> {
  try {
    const { default: SSHConfig } = await import('ssh-config');
    const config = SSHConfig.parse(readFileSync(join(homedir(), '.ssh', 'config'), 'utf8'));
    return config
      .flatMap((line) => ('param' in line && line.param?.toLowerCase() === 'host' ? [line.value] : []))
      .flatMap((value) => (typeof value === 'string' ? value.split(/\s+/) : value.map((word) => word.val)))
      .filter((name) => !/[*?!]/.test(name));
  } catch {
    return [];
  }
}
