"""A study as an array of submitit jobs: with_submitit.py STUDY.toml DIR TASKS [local]"""

import subprocess
import sys

import submitit


class Worker(submitit.helpers.Checkpointable):  # put back into the queue where it is stopped early
    def __call__(self, study, out):
        command = ["cch", "train", study, "-o", out, "--shard", "auto", "--no-wait", "--threads", "1"]
        return subprocess.run(command, check=False).returncode


study, out, tasks = sys.argv[1:4]
executor = submitit.AutoExecutor(folder=f"{out}/submitit", cluster=sys.argv[4] if sys.argv[4:] else None)
executor.update_parameters(timeout_min=240, cpus_per_task=1, slurm_array_parallelism=64, slurm_signal_delay_s=120)
jobs = executor.map_array(Worker(), [study] * int(tasks), [out] * int(tasks))
codes = [job.result() for job in jobs]
print(codes)
sys.exit(max(codes))
