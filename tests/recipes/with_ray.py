"""A study on the workers of a Ray cluster: with_ray.py STUDY.toml DIR WORKERS"""

import subprocess
import sys

import ray

study, out, workers = sys.argv[1:4]
ray.init(num_cpus=int(workers), include_dashboard=False)  # ray.init("auto") on a cluster


@ray.remote(num_cpus=1, max_retries=3)  # a worker that is lost is started again, and goes on
def work(number):
    command = ["cch", "train", study, "-o", out, "--shard", "auto", "--threads", "1"]
    return subprocess.run(command, check=False).returncode


codes = ray.get([work.remote(i) for i in range(int(workers))])
print(codes)
sys.exit(max(codes))
