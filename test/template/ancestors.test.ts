import { describe, expect, it } from 'vitest';
import { makeProfile, renderFor } from './profile.ts';
import { render } from './rendering.ts';

describe("the ancestors' templates", () => {
  it('are rendered untouched', async () => {
    const template = `#!/bin/bash
#SBATCH --job-name=ptj-{{PROFILE}}
#SBATCH --partition={{PARTITION}}
#SBATCH --account={{ACCOUNT}}
#SBATCH --cpus-per-task={{SBATCH_CPUS}}
#SBATCH --mem={{SBATCH_MEM}}
#SBATCH --time={{SBATCH_TIME}}
#SBATCH --output={{REMOTE_DIR}}/slurm/logs/%j.out

srun \\
  --container-image={{REMOTE_DIR}}/slurm/images/ptj_stock_lab.sqsh \\
  --container-mounts={{RUN_DIR}}:/workspace,{{REMOTE_DIR}}/data:/workspace/data \\
  --container-workdir=/workspace \\
  python {{SCRIPT}} {{SCRIPT_ARGS}}
`;
    const profile = makeProfile(
      {
        script: 'simulation/backtest.py',
        scriptArgs: ['--stage', '2', '--name', "it's & co"],
        partition: 'all',
        account: 'default',
      },
      { SBATCH_CPUS: '20', SBATCH_MEM: '40G', SBATCH_TIME: '08:00:00' },
    );
    expect(await renderFor(template, profile)).toBe(`#!/bin/bash
#SBATCH --job-name=ptj-backtest
#SBATCH --partition=all
#SBATCH --account=default
#SBATCH --cpus-per-task=20
#SBATCH --mem=40G
#SBATCH --time=08:00:00
#SBATCH --output=/home/u/project/slurm/logs/%j.out

srun \\
  --container-image=/home/u/project/slurm/images/ptj_stock_lab.sqsh \\
  --container-mounts=/home/u/project/runs/backtest-20260224-143052:/workspace,/home/u/project/data:/workspace/data \\
  --container-workdir=/workspace \\
  python simulation/backtest.py --stage 2 --name 'it'\\''s & co'
`);
    expect(await renderFor('python {{SCRIPT}} {{SCRIPT_ARGS}}\n', makeProfile({ script: 'a.py' }))).toBe(
      'python a.py \n',
    );
  });

  const env = {
    GPU_TYPE: 'a100',
    NUM_GPUS: '2',
    EXPERIMENT_NAME: 'crane_x7_v1',
    USER: 'Me',
    SWEEP_ID: 'abc123def456',
    RUN_NUMBER: '7',
  };
  it.each([
    [
      '#!/bin/bash\n#SBATCH --gres=gpu:{{ GPU_TYPE }}:{{ NUM_GPUS }}\n\necho "Starting experiment: {{ EXPERIMENT_NAME }}"\n',
      '#!/bin/bash\n#SBATCH --gres=gpu:a100:2\n\necho "Starting experiment: crane_x7_v1"\n',
    ],
    [
      "#SBATCH --mem={{ MEM | default('32G') }}\n#SBATCH --cpus-per-task={{ CPUS | default(8) }}\n",
      '#SBATCH --mem=32G\n#SBATCH --cpus-per-task=8\n',
    ],
    ['echo "GPU: {{ GPU_TYPE | upper }}"\necho "user: {{ USER | lower }}"\n', 'echo "GPU: A100"\necho "user: me"\n'],
    [
      '#!/bin/bash\n#SBATCH --job-name=sweep_{{ SWEEP_ID[:8] }}_{{ RUN_NUMBER }}\n\npython -m cli agent openvla \\\n  --sweep-id {{ SWEEP_ID }} \\\n  --count 1\n',
      '#!/bin/bash\n#SBATCH --job-name=sweep_abc123de_7\n\npython -m cli agent openvla \\\n  --sweep-id abc123def456 \\\n  --count 1\n',
    ],
  ])("lifter's: %j", async (text, expected) => {
    expect(await render(text, env)).toBe(expected);
  });

  it("lifter's condition, with a GPU, without, and without their number", async () => {
    const text = `{% if GPU_TYPE %}
#SBATCH --gres=gpu:{{ GPU_TYPE }}:{{ NUM_GPUS | default(1) }}
{% else %}
# CPU
{% endif %}
`;
    expect(await render(text, env)).toBe('\n#SBATCH --gres=gpu:a100:2\n\n');
    expect(await render(text, { GPU_TYPE: 'v100' })).toBe('\n#SBATCH --gres=gpu:v100:1\n\n');
    expect(await render(text)).toBe('\n# CPU\n\n');
  });

  it("lifter's job scripts, which have nothing to fill in", async () => {
    const script = `#!/bin/bash
#SBATCH --job-name=crane_x7_train
#SBATCH --output=logs/%j.out
#SBATCH --container-image=noppdev/vla:latest
#SBATCH --container-mounts=/data:/data:ro

source ~/.bashrc
conda activate vla
cd ~/crane_x7_vla/vla
python -m crane_x7_vla.training.cli train openvla \\
  --data-root /data/tfrecord_logs
`;
    expect(await render(script)).toBe(script);
  });
});
