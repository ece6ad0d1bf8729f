# A Slurm of two nodes, a and b, with one processor each, on this machine alone (loopback, free
# ports), as root and without systemd. Ends only what it started, by process id.

S=$(mktemp -d)
export SLURM_CONF=$S/slurm.conf

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

start_node() { # NAME
  slurmd -N "$1"
  wait_for 10 test -s "$S/slurmd.$1.pid"
}

start_cluster() {
  local host control
  host=$(hostname -s)
  control=$(free_port)
  mkdir -p "$S"/{munge,state,spool.a,spool.b}
  chmod 700 "$S/munge"
  head -c 1024 /dev/urandom >"$S/munge/key"
  chmod 600 "$S/munge/key"
  munged --force --key-file="$S/munge/key" --socket="$S/munge/socket" --pid-file="$S/munge/pid" \
    --log-file="$S/munge/log" --seed-file="$S/munge/seed" --num-threads=2 2>/dev/null
  echo 'CgroupPlugin=cgroup/v1' >"$S/cgroup.conf"
  cat >"$SLURM_CONF" <<CONF
ClusterName=cch
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort=$control
AuthType=auth/munge
AuthInfo=socket=$S/munge/socket
StateSaveLocation=$S/state
SlurmdSpoolDir=$S/spool.%n
SlurmdPidFile=$S/slurmd.%n.pid
SlurmdLogFile=$S/slurmd.%n.log
SlurmctldPidFile=$S/slurmctld.pid
SlurmctldLogFile=$S/slurmctld.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_interval=1
ReturnToService=2
KillWait=5
JobRequeue=1
MailProg=/bin/true
SlurmdParameters=config_overrides
NodeName=a NodeHostname=$host NodeAddr=127.0.0.1 Port=$(free_port) CPUs=1
NodeName=b NodeHostname=$host NodeAddr=127.0.0.1 Port=$(free_port) CPUs=1
PartitionName=main Nodes=a,b Default=YES MaxTime=INFINITE State=UP
CONF
  slurmctld -i
  start_node a
  start_node b
  wait_for 20 both_idle
}

both_idle() { [[ $(sinfo -h -o '%T %D') == 'idle 2' ]]; }

stop_cluster() {
  scancel --user=root 2>/dev/null || true
  local file
  for file in "$S"/slurmd.?.pid "$S/slurmctld.pid" "$S/munge/pid"; do
    [[ -s $file ]] && kill "$(cat "$file")" 2>/dev/null || true
  done
  sleep 0.3
  rm -rf "$S"
}

# Until a command succeeds; fails after so many seconds.
wait_for() { # SECONDS COMMAND...
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}
