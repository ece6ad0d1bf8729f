"""How many workers one file system carries: workers that share a study by claims, as queues before a metadata server.

    tools/bench/scale/simulate.py [--workers 1000] [--units 1000000] [--seconds 60] [--server 20000]

Each worker begins at a random unit and goes round: a look at a unit (LOOK operations), its claim, the run, its results (RUN
operations in all, counted by operations.py). The server does `--server` operations a second, first come, first served; a
heartbeat takes one in 15 s a claim. Prints when all is done, how long the server worked, and how long it was waited for."""

import argparse
import heapq
import random

LOOK = 1
BLOCK = 256  # units that one mark stands for
HEARTBEAT = 15.0


def simulate(workers, units, seconds, server, run_operations, marks, seed=1):
    """Hours to the end, share of time at which the server works, seconds that a unit waits for it, looks a unit."""
    draw = random.Random(seed)
    marked = bytearray(units // BLOCK + 1)
    owner = bytearray(units)  # 0 open, 1 claimed or finished
    at = [draw.randrange(units) for _ in range(workers)]
    left = [units] * workers  # units that a worker has not looked at yet
    events = [(draw.random(), w) for w in range(workers)]
    heapq.heapify(events)
    free_at = 0.0
    worked = waited = 0.0
    looks = done = 0
    end = 0.0
    background = 2.0 * workers / HEARTBEAT / server  # share of the server that heartbeats take

    def ask(now, operations):
        nonlocal free_at, worked, waited
        cost = operations / server / (1.0 - background)
        begin = max(now, free_at)
        free_at = begin + cost
        worked += cost
        waited += free_at - now
        return free_at

    while events:
        now, w = heapq.heappop(events)
        end = max(end, now)
        block = at[w] // BLOCK
        until = min(units, (block + 1) * BLOCK, at[w] + left[w])
        open_at = owner.find(0, at[w], until)
        passed = (open_at if open_at >= 0 else until) - at[w]
        cost = 1 if marks and marked[block] else passed
        if open_at < 0 and at[w] % BLOCK == 0:
            marked[block] = 1
        looks += cost
        left[w] -= passed
        at[w] = (at[w] + passed) % units
        if passed:
            now = ask(now, cost * LOOK)
        if left[w] == 0:
            end = max(end, now)
            continue
        if open_at < 0:  # others come in between
            heapq.heappush(events, (now, w))
            continue
        owner[at[w]] = 1
        now = ask(now, run_operations)
        done += 1
        heapq.heappush(events, (now + seconds * draw.uniform(0.5, 1.5), w))
    return end / 3600.0, (worked + end * background) / end, waited / max(1, done), looks / units


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=1000)
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--server", type=float, default=20_000.0)
    parser.add_argument("--run-operations", type=float, default=58.0)
    parser.add_argument("--no-marks", action="store_true", help="without marks of finished blocks")
    asked = parser.parse_args()
    ideal = asked.units * asked.seconds / asked.workers / 3600.0
    hours, busy, waits, looks = simulate(asked.workers, asked.units, asked.seconds, asked.server, asked.run_operations,
                                         not asked.no_marks)
    print(f"{asked.workers} workers, {asked.units} units of {asked.seconds:g} s, {asked.server:g} operations a second: "
          f"{hours:.2f} h ({hours / ideal:.2f} of the ideal {ideal:.2f} h), server busy {100 * busy:.0f} %, "
          f"{waits:.2f} s of waiting a unit, {looks:.0f} looks a unit")


main()
