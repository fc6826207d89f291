/** Job scripts written for lifter, whose template language is Jinja2 3: each of its manual's snippets, and what Jinja2 itself makes of it. */

import { expect, test } from 'vitest';
import { parseHeader } from '../../src/template/directives.ts';
import { TRAINING } from '../kit/lifter.ts';
import { render } from './rendering.ts';

const env = { GPU_TYPE: 'a100', NUM_GPUS: '2', EXPERIMENT_NAME: 'crane_x7_v1', USER: 'Nop' };

const VARIABLES = `#!/bin/bash
#SBATCH --gres=gpu:{{ GPU_TYPE }}:{{ NUM_GPUS }}

echo "Starting experiment: {{ EXPERIMENT_NAME }}"
`;
const CONDITION = `{% if GPU_TYPE %}
#SBATCH --gres=gpu:{{ GPU_TYPE }}:{{ NUM_GPUS | default(1) }}
{% else %}
# CPUモードで実行
{% endif %}
`;
const DEFAULTS = `#SBATCH --mem={{ MEM | default('32G') }}
#SBATCH --cpus-per-task={{ CPUS | default(8) }}
`;
const FILTERS = `echo "GPU: {{ GPU_TYPE | upper }}"
echo "user: {{ USER | lower }}"
`;
const SWEEP = `#!/bin/bash
#SBATCH --job-name=sweep_{{ SWEEP_ID[:8] }}_{{ RUN_NUMBER }}

python -m crane_x7_vla.training.cli agent openvla \\
  --sweep-id {{ SWEEP_ID }} \\
  --count 1
`;

test.each([
  ['variables', VARIABLES, env, '#!/bin/bash\n#SBATCH --gres=gpu:a100:2\n\necho "Starting experiment: crane_x7_v1"\n'],
  ['a condition that holds', CONDITION, env, '\n#SBATCH --gres=gpu:a100:2\n\n'],
  ['a condition that holds, and a default', CONDITION, { GPU_TYPE: 'v100' }, '\n#SBATCH --gres=gpu:v100:1\n\n'],
  ['a condition on what nobody has set', CONDITION, {}, '\n# CPUモードで実行\n\n'],
  ['a condition on what is empty', CONDITION, { GPU_TYPE: '' }, '\n# CPUモードで実行\n\n'],
  ['defaults', DEFAULTS, {}, '#SBATCH --mem=32G\n#SBATCH --cpus-per-task=8\n'],
  [
    'values in the place of defaults',
    DEFAULTS,
    { MEM: '8G', CPUS: '2' },
    '#SBATCH --mem=8G\n#SBATCH --cpus-per-task=2\n',
  ],
  ['filters', FILTERS, env, 'echo "GPU: A100"\necho "user: nop"\n'],
  [
    'a sweep',
    SWEEP,
    { SWEEP_ID: 'abc123defghi', RUN_NUMBER: '3' },
    '#!/bin/bash\n#SBATCH --job-name=sweep_abc123de_3\n\npython -m crane_x7_vla.training.cli agent openvla \\\n  --sweep-id abc123defghi \\\n  --count 1\n',
  ],
] as const)('%s', async (_, text, values, rendered) => {
  expect(await render(text, values)).toBe(rendered);
  expect(await render(text.replaceAll('\n', '\r\n'), values)).toBe(rendered);
});

test('all of it in one script, whose options are then those of sbatch', async () => {
  const text = `#!/bin/bash\n${CONDITION}${DEFAULTS}${FILTERS}`;
  const { directives } = parseHeader(await render(text, env), 'jobs/train.sh');
  expect(directives.flatMap(({ options }) => options)).toEqual([
    { name: 'gres', value: 'gpu:a100:2' },
    { name: 'mem', value: '32G' },
    { name: 'cpus-per-task', value: '8' },
  ]);
});

// Without templates: what stands in them is bash's affair alone.
const CONTAINER = `#!/bin/bash
#SBATCH --job-name=crane_x7_train
#SBATCH --partition=gpu
#SBATCH --output=logs/%j.out
#SBATCH --container-image=noppdev/vla:latest
#SBATCH --container-mounts=/data:/data:ro

cd /workspace
python -m crane_x7_vla.training.cli train openvla \\
  --data-root /data/tfrecord_logs
`;
const BASH = `a=(1 2 3)
echo "\${#a[@]} \${VAR:-default} \${x%.py} \${!a[*]}"
ps | awk '{print $1}'
cat <<END
{ "a": 1 } $((1 + 1))
END
`;

test.each([TRAINING, CONTAINER, BASH])('a plain script is left as it is', async (text) => {
  expect(await render(text)).toBe(text);
});
