/** Why an image could not be made, judged by what the programs said. */

import { describe, expect, it } from 'vitest';
import type { Base, Image } from '../../src/conf/types.ts';
import { explainFailure } from '../../src/image/explain.ts';

function image(base: Base, about: Partial<Image> = {}): Image {
  return {
    name: 'lab',
    runtime: 'enroot',
    base,
    buildOn: 'login',
    env: {},
    tag: 'lab:latest',
    settings: new Map(),
    ...about,
  };
}

const python = image({ kind: 'registry', image: 'python', tag: '3.10' });
const ngc = image({ kind: 'registry', registry: 'nvcr.io', image: 'nvidia/pytorch', tag: '24.12-py3' });
const fetching = '== fetch docker://x\n[INFO] Querying registry for permission grant\n';

describe('a base that cannot be had', () => {
  it.each([
    [
      'no word but whom enroot asked as',
      python,
      1,
      '[INFO] Authenticating with user: <anonymous>\n',
      'image-credentials',
    ],
    [
      'a status',
      ngc,
      1,
      '[ERROR] URL https://nvcr.io/v2/x returned error code: 401 Unauthorized\n',
      'image-credentials',
    ],
    ['the words of Go programs', python, 255, 'FATAL: unauthorized: authentication required\n', 'image-credentials'],
    [
      'an unknown tag',
      python,
      1,
      '[ERROR] URL https://x/manifests/9 returned error code: 404 Not Found\n',
      'image-unknown',
    ],
    ['no name', python, 6, 'curl: (6) Could not resolve host: registry-1.docker.io\n', 'image-network'],
    ['nobody there', python, 7, 'curl: (7) Failed to connect to 10.0.0.1 port 443\n', 'image-network'],
    ['no room', python, 1, 'Write failed because No space left on device\n', 'image-no-space'],
    [
      'no namespaces',
      python,
      1,
      'enroot-nsenter: failed to create user namespace: Operation not permitted\n',
      'image-no-namespaces',
    ],
    ['something else', python, 4, 'parallel: something\n', 'image-failed'],
  ] as const)('%s', (_, of, code, said, kind) => {
    expect(explainFailure(of, 'base', code, fetching + said).kind).toBe(kind);
  });

  it('names the machines that credentials are looked up by', () => {
    const said = `${fetching}[INFO] Authenticating with user: <anonymous>`;
    expect(explainFailure(ngc, 'base', 1, said)).toMatchObject({
      registry: 'nvcr.io',
      machines: ['nvcr.io', 'authn.nvidia.com'],
    });
    expect(explainFailure(python, 'base', 1, said)).toMatchObject({
      machines: ['auth.docker.io', 'registry-1.docker.io'],
    });
    const own = image({ kind: 'registry', registry: 'git.example.org:5050', image: 'x' });
    expect(explainFailure(own, 'base', 1, said)).toMatchObject({ machines: ['git.example.org'] });
  });
});

describe('the making itself', () => {
  it('names the last thing that was begun, and shows what was said since', () => {
    const log = '== create\nunpacked\n== start as root\n== pip install -r r.txt\nCollecting x\r10%\r20%\nERROR: no x\n';
    expect(explainFailure(python, 'create', 1, log)).toEqual({
      ...{ kind: 'image-failed', image: 'lab', step: 'pip install -r r.txt', code: 1 },
      detail: 'Collecting x\n10%\n20%\nERROR: no x',
    });
  });

  it.each([
    ['lost', 137, '== create\n', 'image-lost'],
    ['create', 143, '== create\n== stopped\n', 'image-cancelled'],
    ['create', 143, '== setup.sh\nmine\n', 'image-failed'],
    ['start', 69, 'enroot: not found on n1\n', 'image-no-runtime'],
  ])('%s, %d', (step, code, log, kind) => {
    expect(explainFailure(python, step, code, log).kind).toBe(kind);
  });

  it('a 404 of a set-up script is not the registry\u2019s', () => {
    const log = '== start as root\n== setup.sh\nwget: server returned error: HTTP/1.1 404 Not Found\n';
    expect(explainFailure(python, 'create', 1, log)).toMatchObject({ kind: 'image-failed', step: 'setup.sh' });
  });
});
