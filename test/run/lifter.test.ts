/** Whole job scripts of lifter's manner as TEMPLATE, run as they are by the embedded executor. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TRAINING } from '../kit/lifter.ts';
import { makeToy, type Toy } from '../kit/toy.ts';

let home: string;
let toy: Toy;

// What conda would do for `activate`, and a Python that says what it is asked to run, and where.
const BASHRC = `conda() {
  [ "$1" = activate ] && export CONDA_DEFAULT_ENV=$2
}
python() {
  printf '%s\\n' "$CONDA_DEFAULT_ENV" "$PWD" "$@"
}
`;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'lifter-'));
  mkdirSync(join(home, 'crane_x7_vla/vla'), { recursive: true });
  writeFileSync(join(home, '.bashrc'), BASHRC);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

beforeEach(() => {
  toy = makeToy('REMOTE_HOST=local\nREMOTE_DIR=.cluster\nSCHEDULER=local\n', {
    ...{ PATH: process.env.PATH, HOME: home, USER: 'Nop', LANG: 'C.UTF-8' },
    ...{ GPU_TYPE: 'of the shell', CPUS: '2', PYTHON: '/of/the/shell', PARTITION: 'shell' },
  });
  return () => toy.remove();
});

/** Runs jobs/train.sh to its end and gives the exit code, the job's output, and what it said on stderr. */
async function full(script: string, lines = '', more: Record<string, string> = {}) {
  toy.write('jobs/train.sh', script);
  toy.profile('x', `TEMPLATE=jobs/train.sh\n${lines}`);
  const { exit, json, stderr } = await toy.json('slurm-full', { PROFILE: 'x', ...more });
  const said = (end: string) => toy.read(`slurm/logs/${json.submit.jobId}${end}`);
  return { exit, json, stderr, out: said('.out'), err: said('.err') };
}

test.each([
  ['as it is', TRAINING],
  ['with line ends of Windows', TRAINING.replaceAll('\n', '\r\n')],
  ['without #SBATCH', TRAINING.replace(/^#SBATCH.*\n/gm, '')],
  ['without #!', TRAINING.replace(/^#!.*\n/, '')],
  ['with neither', TRAINING.replace(/^#[!S].*\n/gm, '')],
])('the training job, %s', async (_, script) => {
  const { exit, json, stderr, out } = await full(script);
  expect(exit, stderr + JSON.stringify(json.problems)).toBe(0);
  expect(out?.split('\n')).toEqual([
    ...['vla', join(home, 'crane_x7_vla/vla'), '-m', 'crane_x7_vla.training.cli', 'train', 'openvla'],
    ...[
      '--data-root',
      '/data/tfrecord_logs',
      '--experiment-name',
      'crane_x7_openvla',
      '--training-batch-size',
      '16',
      '',
    ],
  ]);
  expect(json.collect.verdict).toMatchObject({ state: 'COMPLETED', exitCode: 0 });
});

test('what only looks like a template is left to bash; results come home, and the exit code counts', async () => {
  const script = `#!/usr/bin/env bash
set -eu
a=(one two three)
x=model.py
echo "\${#a[@]} \${NOT_SET:-default} \${x%.py} \${#x} $((1 + 1))"
printf 'a b\\n' | awk '{print $2}'
cat <<'END' >results.json
{"lr": 0.1, "path": "$HOME"}
END
python3 - <<END
print("{} {!r}".format("$x", 'it' + chr(39) + 's'))
END
echo "to stderr" >&2
exit 3
`;
  const { exit, json, out, err } = await full(script, 'RESULTS_PULL=results.json\n');
  expect(exit).toBe(1);
  expect(out).toBe(`3 default model 8 2\nb\nmodel.py "it's"\n`);
  expect(err).toBe('to stderr\n');
  expect(toy.read('results.json')).toBe('{"lr": 0.1, "path": "$HOME"}\n');
  expect(json.collect.verdict).toMatchObject({ state: 'FAILED', exitCode: 3 });
});

test('values come from the command line, the profile, [env], the environment and .env, in this order', async () => {
  toy.write(
    '.env',
    'GPU_TYPE=of the file\nNUM_GPUS=2\nEXPERIMENT_NAME=crane_x7_v1\nMEM=8G\nUSER=file\nPARTITION=file\n',
  );
  const script = `#!/bin/bash
{% if GPU_TYPE %}
#SBATCH --gres=gpu:{{ GPU_TYPE }}:{{ NUM_GPUS | default(1) }}
{% endif %}
#SBATCH --mem={{ MEM | default('32G') }}
#SBATCH --cpus-per-task={{ CPUS | default(8) }}
echo {{ EXPERIMENT_NAME | sh }} {{ GPU_TYPE | upper }} {{ MEM }} {{ CPUS }} {{ USER | lower }} {{ PARTITION }} {{ PYTHON }}
`;
  const lines = '[env]\nGPU_TYPE=a100\nEXPERIMENT_NAME="two words"\n';
  const { exit, json, out, stderr } = await full(script, lines);
  expect(exit, stderr + JSON.stringify(json.problems)).toBe(0);
  expect(out).toBe('two words A100 8G 2 nop file python\n');
  const typed = await full(script, `PARTITION=big\n${lines}`, { GPU_TYPE: 'h100', YES: '1', PARTITION: 'gpu' });
  expect(typed.out).toContain('two words H100 8G 2 nop gpu python');
});

test('a value that a shell would act on goes through sh, wherever it comes from', async () => {
  toy.write('jobs/train.sh', 'echo {{ WHO }} {{ USR }} {{ HOEM }}\n');
  toy.profile('x', 'TEMPLATE=jobs/train.sh\n');
  const { exit, json } = await toy.json('slurm-render', { PROFILE: 'x', WHO: "it's" });
  expect(exit).toBe(2);
  expect(json.problems).toMatchObject([
    { kind: 'unsafe-value', name: 'WHO', place: { file: 'jobs/train.sh', line: 1 } },
    { kind: 'undefined-variable', name: 'USR', nearest: 'USER' },
    { kind: 'undefined-variable', name: 'HOEM', nearest: 'HOME' },
  ]);
});

test('a container of Pyxis for the whole script is refused: there is no Slurm to have it', async () => {
  toy.write('jobs/train.sh', '#!/bin/bash\n#SBATCH --container-image=noppdev/vla:latest\necho\n');
  toy.profile('x', 'TEMPLATE=jobs/train.sh\n');
  const { exit, json } = await toy.json('slurm-run', { PROFILE: 'x' });
  expect(exit).toBe(2);
  expect(json.problems).toMatchObject([{ kind: 'container-impossible', place: { file: 'jobs/train.sh', line: 2 } }]);
  expect(toy.has('.cluster')).toBe(false);
});
