/** slurm-check of a profile with a container: the image, whole or not, the runtime here and on a compute node, Pyxis. */

import { describe, expect, test } from 'vitest';
import { clusterUnavailable } from '../cluster/cluster.ts';
import { turn } from '../kit/containers.ts';
import { imageProject } from '../kit/images.ts';

describe.skipIf(clusterUnavailable())('slurm-check with a container', () => {
  const project = imageProject('');
  const check = async () => {
    const { exit, json } = await project.toy.json('slurm-check', { PROFILE: 'c' });
    const of = (subject: string) => json.items.filter((item) => item.subject === subject);
    return { exit, of };
  };

  test('before the image is made, and after', async () => {
    const before = await check();
    expect(before.exit).toBe(2);
    expect(before.of('image')).toMatchObject([{ verdict: 'bad', detail: expect.stringContaining('image-missing') }]);
    const text = await project.toy.make('slurm-check', { PROFILE: 'c' });
    expect(text.stdout).toContain('make slurm-image-refresh');

    const made = await project.refresh();
    expect(made.exit, JSON.stringify(made.json.problems)).toBe(0);
    const { exit, of } = await check();
    expect(exit).toBe(0);
    expect(of('image')).toMatchObject([{ verdict: 'ok', detail: expect.stringContaining(made.json.built.digest) }]);
    expect(of('pyxis')).toMatchObject([{ verdict: 'ok' }]);
    expect(of('runtime').map(({ verdict, where }) => [verdict, where])).toEqual([
      ['ok', 'submit host'],
      ['ok', expect.stringMatching(/^n\d$/)],
    ]);
    expect(of('namespaces').map(({ verdict }) => verdict)).toEqual(['ok', 'ok']);
    expect(of('enroot-temp')).toHaveLength(2);
    expect(of('enroot-data')[1]).toMatchObject({
      where: expect.stringMatching(/^n\d$/),
      detail: expect.stringMatching(/ free\)$/),
    });
  });

  test('Pyxis is missing where jobs are submitted', async () => {
    const undo = turn(project.cluster, 'no-pyxis-here');
    const { exit, of } = await check();
    undo();
    expect(exit).toBe(2);
    expect(of('pyxis')).toMatchObject([{ verdict: 'bad' }]);
  });

  test('an image of which a byte was changed, with its time set back', async () => {
    const file = `'${project.images}/${await project.current()}'`;
    await project.asUser(
      `t=$(stat -c @%Y ${file}); chmod u+w ${file}; printf x | dd of=${file} bs=1 seek=5000 conv=notrunc 2>/dev/null; touch -d "$t" ${file}`,
    );
    const { exit, of } = await check();
    expect(exit).toBe(2);
    expect(of('image')).toMatchObject([{ verdict: 'bad', detail: expect.stringContaining('image-changed') }]);
  });
});
