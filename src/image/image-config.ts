/** What an image's configuration says of running it, as the files from which enroot runs one. */

import * as v from 'valibot';
import { quote } from '../host/quote.ts';

const words = v.optional(v.nullable(v.array(v.string())));

/** The configuration of an image (OCI image specification, "Image Configuration"; docker's is the same in these). */
export const CONFIG_SCHEMA = v.looseObject({
  architecture: v.optional(v.string(), ''),
  rootfs: v.looseObject({ diff_ids: v.array(v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/))) }),
  config: v.optional(
    v.nullable(
      v.looseObject({
        Env: words,
        Entrypoint: words,
        Cmd: words,
        WorkingDir: v.optional(v.nullable(v.string())),
        Volumes: v.optional(v.nullable(v.record(v.string(), v.unknown()))),
      }),
    ),
  ),
});

export type ImageConfig = v.InferOutput<typeof CONFIG_SCHEMA>;

/** Files for /etc of the image, and `workdir`, the folder that is to be there (relative to the root). */
export function runtimeFiles({ config }: ImageConfig, id: string): Record<string, string> {
  const workdir = config?.WorkingDir || '/';
  const entrypoint = (config?.Entrypoint ?? []).map(quote);
  const given = (config?.Cmd ?? []).map(quote);
  const command = entrypoint.length + given.length === 0 ? ['/bin/sh'] : given;
  const begin = ['exec', ...entrypoint];
  return {
    // One a line, as it is read: there is no way to write a line break.
    environment: lines((config?.Env ?? []).filter((one) => /^\w+=/.test(one)).map((one) => one.replaceAll('\n', ' '))),
    rc: lines([
      `# of the image sha256:${id}`,
      '',
      `mkdir -p ${quote(workdir)} 2> /dev/null`,
      `cd ${quote(workdir)} && unset OLDPWD || exit 1`,
      '',
      'if [ -s /etc/rc.local ]; then',
      '    . /etc/rc.local',
      'fi',
      '',
      'if [ $# -gt 0 ]; then',
      `    ${[...begin, '"$@"'].join(' ')}`,
      'else',
      `    ${[...begin, ...command].join(' ')}`,
      'fi',
    ]),
    'rc.local': '# Read by /etc/rc before the entry point is run.\n',
    // A volume is a folder that can be written to although the rest cannot; blanks end a field there.
    fstab: lines(
      Object.keys(config?.Volumes ?? {})
        .filter((path) => /^\/\S*$/.test(path))
        .map((path) => `\${ENROOT_ROOTFS}${path} ${path} none x-create=dir,bind,rw,nosuid,nodev`),
    ),
    workdir: workdir.replace(/^\/+/, ''),
  };
}

const lines = (list: readonly string[]): string => list.map((line) => `${line}\n`).join('');
