#!/bin/sh
# A process on each host that shares the folder; with $SSH empty, as many here.
#   SSH=ssh loop.sh STUDY.toml DIR HOST...
study=$1 out=$2
shift 2
for host; do
  if [ -n "$SSH" ]; then
    $SSH "$host" "cd '$PWD' && cch train '$study' -o '$out' --shard auto" &
  else
    cch train "$study" -o "$out" --shard auto &
  fi
done
wait
cch report "$out"
