/** The last FROM of Dockerfiles. */

import { expect, it } from 'vitest';
import { lastFrom } from '../../src/conf/dockerfile.ts';

const cases: [what: string, dockerfile: string, image: string | undefined, line: number][] = [
  ['one', '# x\nFROM python:3.10\nRUN true\n', 'python:3.10', 2],
  ['the last of several', 'FROM a AS b\nFROM --platform=linux/amd64 c:1\nCOPY --from=b /x /x\n', 'c:1', 2],
  ['an earlier stage', 'FROM a:1 AS Base\nFROM base AS next\nFROM next\n', 'a:1', 1],
  ['a name that no earlier stage has', 'FROM a\nFROM b AS b\n', 'b', 2],
  ['in small letters, with CRLF', 'from a:1\r\nrun true\r\n', 'a:1', 1],
  ['over several lines', 'FROM \\\n# why\n\n  --platform=$BUILDPLATFORM \\\n  a:1 AS x\n', 'a:1', 1],
  ['by another escape', '# escape=`\nFROM `\n a:1\nRUN dir C:\\\nRUN x\n', 'a:1', 2],
  ["an ARG's default", 'ARG V=3.10 W="-slim"\nARG I=python:${V}\nFROM $I$W\n', 'python:3.10-slim', 3],
  ['defaults within', 'ARG A=\nFROM ${A:-x}:${B-1}${A:+no}\n', 'x:1', 2],
  ['an ARG without a default', 'ARG I\nFROM $I\n', undefined, 2],
  ['an ARG of a stage, which does not count', 'FROM a\nARG I=b\nFROM $I\n', undefined, 3],
  ['none of a here-document', 'FROM a\nRUN <<EOF cat\nFROM b\nEOF\nRUN <<-"X"\nFROM c\n\tX\nRUN true\n', 'a', 1],
  ['what looks like one', 'FROM a\nRUN cat <<<x; echo $((1<<FROM))\nFROM b\n', 'b', 3],
  ['nothing', 'FROM scratch\n', 'scratch', 1],
];

it.each(cases)('%s', (_, dockerfile, image, line) => {
  expect(lastFrom(dockerfile)).toMatchObject({ image, line });
});

it('is missing', () => {
  expect(lastFrom('RUN true\n')).toBeUndefined();
});
