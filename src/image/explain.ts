/** Why a build over there failed, by its step, its exit code and what the programs said. */

import type { Image } from '../conf/types.ts';
import type { MakeProblem } from './problem.ts';

/** Lines of the log that are shown. */
const SHOWN = 15;

/** `step` and `code` are those of the build's `end`, `log` the end of its log. */
export function explainFailure(image: Image, step: string, code: number, log: string): MakeProblem {
  const lines = log
    .replaceAll('\r', '\n')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const heading = lines.findLast((line) => line.startsWith('== '))?.slice('== '.length);
  const since = lines.slice(lines.findLastIndex((line) => line.startsWith('== ')) + 1);
  const detail = since.slice(-SHOWN).join('\n');
  const about = { image: image.name, detail };
  const said = since.join('\n');
  const base = image.base?.kind === 'registry' ? image.base : undefined;
  const baseText = image.settings.get('BASE')?.value ?? base?.image ?? '';

  if (step === 'lost') return { kind: 'image-lost', ...about };
  // TERM and INT of whoever ended the job or the process.
  if ((code === 143 || code === 130) && said.includes('== stopped')) return { kind: 'image-cancelled', ...about };
  if (heading === 'stopped') return { kind: 'image-cancelled', ...about };
  if (code === 69 && step === 'start') return { kind: 'image-no-runtime', runtime: image.runtime, ...about };
  if (/No space left on device|Disk quota exceeded|Write failed because.*space/i.test(said)) {
    return { kind: 'image-no-space', ...about };
  }
  if (NAMESPACES.test(said)) return { kind: 'image-no-namespaces', buildOn: image.buildOn, ...about };
  if (step === 'base' || (image.runtime === 'apptainer' && base && !/^pip|^export/.test(heading ?? ''))) {
    // Refused for want of credentials enroot says no more than whom it had asked as.
    const silent = /Authenticating with user: |Using credentials from file: /.test(since.at(-1) ?? '');
    if (
      silent ||
      /\b(401|403)\b|unauthori[sz]ed|authentication required|access to the resource is denied|forbidden/i.test(said)
    ) {
      const registry = base?.registry ?? 'registry-1.docker.io';
      return { kind: 'image-credentials', runtime: image.runtime, registry, machines: machines(registry), ...about };
    }
    if (/\b404\b|manifest unknown|name unknown|not found: manifest/i.test(said)) {
      return { kind: 'image-unknown', base: baseText, ...about };
    }
    if (NETWORK.test(said) || [6, 7, 28, 35].includes(code)) return { kind: 'image-network', base: baseText, ...about };
  }
  return { kind: 'image-failed', step: heading ?? step, code, ...about };
}

/** What the kernel or a program says where ordinary users get no namespaces of their own, or lack what an import needs. */
const NAMESPACES =
  /user namespaces?.*(disabled|not (enabled|available|allowed))|(unshare|clone|user namespace|mount namespace|enroot-\w+):?.*(Operation not permitted|No space left on device|Invalid argument)|failed to create user namespace|max_user_namespaces/i;

/** curl's words, and those of the Go programs. */
const NETWORK =
  /could not resolve|connection refused|failed to connect|timed out|timeout|network is unreachable|no such host|SSL connect|TLS handshake/i;

/** The names under which credentials for a registry are looked for: NGC sends people to a second machine, Docker Hub has another name. */
function machines(registry: string): string[] {
  const host = registry.replace(/:\d+$/, '');
  if (host === 'nvcr.io') return ['nvcr.io', 'authn.nvidia.com'];
  if (/^(registry-1\.|index\.)?docker\.io$/.test(host)) return ['auth.docker.io', 'registry-1.docker.io'];
  return [host];
}
