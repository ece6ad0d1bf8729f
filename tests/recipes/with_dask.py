"""A study on the workers of a Dask cluster: with_dask.py STUDY.toml DIR WORKERS"""

import subprocess
import sys

from dask.distributed import Client


def work(number, study, out):
    command = ["cch", "train", study, "-o", out, "--shard", "auto", "--threads", "1"]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    study, out, workers = sys.argv[1:4]
    # Client("tcp://scheduler:8786"), or dask_jobqueue.SLURMCluster, for a cluster.
    with Client(n_workers=int(workers), threads_per_worker=1, dashboard_address=None) as client:
        codes = client.gather(client.map(work, range(int(workers)), study=study, out=out, pure=False))
    print(codes)
    sys.exit(max(codes))
