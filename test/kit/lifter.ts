/** Texts of lifter's own documentation, as its users have them in their projects. */

/** A training job. */
export const TRAINING = `#!/bin/bash
#SBATCH --job-name=crane_x7_train
#SBATCH --partition=gpu
#SBATCH --gres=gpu:1
#SBATCH --mem=32G
#SBATCH --cpus-per-task=8
#SBATCH --time=24:00:00
#SBATCH --output=logs/%j.out
#SBATCH --error=logs/%j.err

# 環境設定
source ~/.bashrc
conda activate vla

# トレーニング実行
cd ~/crane_x7_vla/vla
python -m crane_x7_vla.training.cli train openvla \\
  --data-root /data/tfrecord_logs \\
  --experiment-name crane_x7_openvla \\
  --training-batch-size 16
`;

/** A sweep of W&B's. */
export const BAYES = `# sweeps/openvla.yaml
program: train.py
method: bayes
metric:
  name: eval/loss
  goal: minimize
parameters:
  learning_rate:
    distribution: log_uniform_values
    min: 1e-6
    max: 1e-4
  batch_size:
    values: [8, 16, 32]
`;
