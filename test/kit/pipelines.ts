/** The two workflows of srunx's introduction, as they are written there, and small programs behind them that take note of when, where and in what they run. */

export const ML_PIPELINE = `name: ml_pipeline
jobs:
  - name: preprocess
    command: ["python", "preprocess.py", "--input", "raw_data.csv"]
    resources:
      nodes: 1
      memory_per_node: "16GB"
    environment:
      conda: pytorch_env

  - name: train
    command: ["python", "train.py", "--data", "processed_data.csv"]
    depends_on:
      - preprocess
    resources:
      nodes: 2
      gpus_per_node: 2
    environment:
      conda: pytorch_env

  - name: evaluate
    command: ["python", "evaluate.py", "--model", "trained_model.pt"]
    depends_on:
      - train
    resources:
      nodes: 1
    environment:
      venv: /home/user/xxx/.venv
`;

export const PARALLEL_ML_PIPELINE = `name: parallel_ml_pipeline
jobs:
  # 期データ準備
  - name: job_a
    command: ["python", "download_data.py", "--dataset", "imagenet"]
    resources:
      nodes: 1
      memory_per_node: "8GB"
    environment:
      conda: ml_env

  # 並列実行れる2タスク
  - name: job_b1
    command: ["python", "preprocess.py", "--stage", "1"]
    depends_on:
      - job_a
    resources:
      nodes: 1
      memory_per_node: "16GB"
    environment:
      conda: ml_env

  - name: job_c
    command: ["python", "validate_data.py", "--check", "quality"]
    depends_on:
      - job_a
    resources:
      nodes: 1
    environment:
      conda: ml_env

  # B1後実行
  - name: job_b2
    command: ["python", "feature_engineering.py"]
    depends_on:
      - job_b1
    resources:
      nodes: 2
      memory_per_node: "32GB"
    environment:
      conda: ml_env

  # B2C両方完了ら実行
  - name: job_d
    command: ["python", "train_model.py", "--final"]
    depends_on:
      - job_b2
      - job_c
    resources:
      nodes: 4
      gpus_per_node: 2
    environment:
      conda: pytorch_env
`;

/** What the steps share. Slurm's clock has whole seconds: who waits for another's note waits for the next one as well. */
const STAGE = `import json
import os
import subprocess
import sys
import time

OUTSIDE = os.environ["OUTSIDE"]
RANK = int(os.environ["SLURM_PROCID"])


def note(what):
    line = {
        "what": what,
        "job": os.environ["SLURM_JOB_NAME"].split(".")[0],
        "id": os.environ["SLURM_JOB_ID"],
        "at": time.time(),
        "rank": RANK,
        "node": os.environ["SLURMD_NODENAME"],
        "nodes": int(os.environ["SLURM_JOB_NUM_NODES"]),
        "gpus": os.environ.get("CUDA_VISIBLE_DEVICES", ""),
        "conda": os.environ.get("CONDA_DEFAULT_ENV", ""),
        "python": sys.executable,
        "words": [os.path.basename(sys.argv[0])] + sys.argv[1:],
    }
    with open(OUTSIDE + "/notes", "a") as notes:
        notes.write(json.dumps(line) + "\\n")


def wait(what, condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    sys.exit("waited in vain: " + what)


def noted(job, what):
    with open(OUTSIDE + "/notes") as notes:
        lines = [json.loads(line) for line in notes]
    return [line for line in lines if line["job"] == job and line["what"] == what]


def after(job, what):
    wait(job + " " + what, lambda: any(int(time.time()) > int(line["at"]) for line in noted(job, what)[:1]))


def over(job):
    after(job, "end")
    asked = ["squeue", "-h", "-t", "RUNNING", "-j", noted(job, "end")[0]["id"]]

    def ended():
        said = subprocess.run(asked, capture_output=True)
        return said.returncode == 0 and not said.stdout

    wait("Slurm's word of the end of " + job, ended)


def read(path):
    with open(path) as file:
        return file.read()


def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def stage(work):
    note("begin")
    if RANK == 0:
        work()
        note("end")
`;

const step = (work: string, wait = ''): string => `import os
import sys
from stage import OUTSIDE, after, over, read, stage, wait, write


def work():
${wait ? `    ${wait}\n` : ''}    ${work}


stage(work)
`;

/**
 * The project's files. Each step reads what its parents wrote beside it; the last ones leave it in outputs/. C runs until B2 has begun and
 * B1 until C has, B2 until C is over: none of them could go on if it were not so.
 */
export const SCRIPTS: Readonly<Record<string, string>> = {
  'raw_data.csv': 'raw\n',
  'stage.py': STAGE,
  'preprocess.py': `import sys
from stage import after, read, stage, write


def work():
    if sys.argv[1] == "--stage":
        after("job_c", "begin")
        write("stage" + sys.argv[2], read("imagenet") + "stage\\n")
    else:
        write("processed_data.csv", read(sys.argv[2]) + "processed\\n")


stage(work)
`,
  'train.py': step('write("trained_model.pt", read(sys.argv[2]) + "trained\\n")'),
  'evaluate.py': step('write("outputs/evaluation", read(sys.argv[2]) + "evaluated\\n")'),
  'download_data.py': step(
    'write(sys.argv[2], "downloaded\\n")',
    'wait("go", lambda: os.path.exists(OUTSIDE + "/go"))',
  ),
  'validate_data.py': step('write(sys.argv[2], read("imagenet") + "valid\\n")', 'after("job_b2", "begin")'),
  'feature_engineering.py': step('write("features", read("stage1") + "features\\n")', 'over("job_c")'),
  'train_model.py': step('write("outputs/model", read("features") + read("quality") + "final\\n")'),
};

/** What a task of a step wrote down. */
export interface StepNote {
  what: 'begin' | 'end';
  job: string;
  id: string;
  /** Seconds. */
  at: number;
  rank: number;
  node: string;
  nodes: number;
  gpus: string;
  conda: string;
  /** The interpreter that ran it. */
  python: string;
  /** The program and its arguments. */
  words: string[];
}
