# SPDX-License-Identifier: Apache-2.0
"""What the rounds came to: medians, spreads, and ratios paired inside a round."""

from statistics import median

LATENCIES = ("p50_us", "p99_us", "p999_us")


def family(name):
    return name.split()[0]


def stolen(cells):
    """The worst share of a round that neighbours took."""
    return max((cell["stolen"] for cell in cells.values()), default=0.0)


def spread(values):
    return (max(values) - min(values)) / median(values) if median(values) else 0.0


def paired_ratios(rounds, peer, measure):
    """fairlead to the best variant of a peer, in each round that has both."""
    ratios = []
    for cells in rounds:
        peers = [cell[measure] for name, cell in cells.items() if family(name) == peer]
        if "fairlead" in cells and peers and min(peers) > 0:
            ratios.append(cells["fairlead"][measure] / min(peers))
    return ratios


def measures_of(workload):
    if workload.idle:
        return ["bytes"]
    return ["cpu_us", *LATENCIES] if workload.rate else ["cpu_us"]


def judge(workload, rounds):
    """[(measure, peer, median ratio, lowest, highest, wanted, is reached)]"""
    rows = []
    for measure in measures_of(workload):
        for peer, wanted in (("haproxy", workload.to_haproxy), ("nginx", workload.to_nginx)):
            ratios = paired_ratios(rounds, peer, measure)
            if not ratios:
                continue
            middle = median(ratios)
            is_latency = measure in LATENCIES
            wanted_here = wanted if is_latency or not workload.rate else None
            # Latencies come in steps of up to 3 %: that much more is not worse.
            bound = None if wanted_here is None else wanted_here + (0.03 if is_latency else 0)
            rows.append((measure, peer, middle, min(ratios), max(ratios), wanted_here,
                         None if bound is None else middle <= bound))
    return rows


def print_cells(workload, rounds):
    print(f"\n{workload.title} ({workload.name}, {len(rounds)} rounds)")
    if workload.idle:
        print(f"  {'proxy':18}{'bytes':>10}")
    else:
        print(f"  {'proxy':18}{'CPU us':>9}{'spread':>8}{'stolen':>8}{'user':>8}{'system':>8}"
              f"{'req/s':>10}{'p50 us':>9}{'p99 us':>9}{'p99.9 us':>10}")
    names = dict.fromkeys(name for cells in rounds for name in cells)
    for name in names:
        cells = [cells[name] for cells in rounds if name in cells]
        middle = {key: median(cell[key] for cell in cells) for key in cells[0]}
        if workload.idle:
            print(f"  {name:18}{middle['bytes']:10.0f}")
            continue
        share = spread([cell["cpu_us"] for cell in cells])
        print(f"  {name:18}{middle['cpu_us']:9.2f}{share:8.0%}{middle['stolen']:8.1%}"
              f"{middle['user_us']:8.2f}{middle['system_us']:8.2f}{middle['per_second']:10.0f}"
              f"{middle['p50_us']:9.0f}{middle['p99_us']:9.0f}{middle['p999_us']:10.0f}")


def print_verdicts(workload, rounds):
    for measure, peer, middle, lowest, highest, wanted, is_reached in judge(workload, rounds):
        verdict = ""
        if is_reached is not None:
            verdict = f"wanted {wanted:.2f}: {'reached' if is_reached else 'NOT REACHED'}"
        print(f"  {measure:8} to {peer:8} {middle:5.2f} [{lowest:.2f}-{highest:.2f}]  {verdict}")


def print_summary(results):
    rows = [(workload, row) for workload, rounds in results for row in judge(workload, rounds)
            if row[6] is not None]
    if not rows:
        return
    reached = sum(row[6] for _, row in rows)
    print(f"\n{reached} of {len(rows)} targets reached")
    for workload, (measure, peer, middle, _, _, wanted, is_reached) in rows:
        if not is_reached:
            print(f"  not reached: {workload.name} {measure} to {peer}: "
                  f"{middle:.2f}, wanted {wanted:.2f}")


def best_of(rounds, peer, measure):
    """The variant of a peer with the lowest median, and that."""
    found = {}
    for cells in rounds:
        for name, cell in cells.items():
            if family(name) == peer:
                found.setdefault(name, []).append(cell[measure])
    return min(((median(values), name) for name, values in found.items()), default=(0.0, peer))


def markdown_ratio(row):
    if row is None:
        return " | "
    _, _, middle, lowest, highest, wanted, is_reached = row
    verdict = "" if wanted is None else f"{wanted:.2f} {'reached' if is_reached else 'missed'}"
    return f"{middle:.2f} ({lowest:.2f} to {highest:.2f}) | {verdict}"


def markdown_cpu(workload, rounds):
    rows = {row[1]: row for row in judge(workload, rounds) if row[0] == "cpu_us"}
    ours = [cells["fairlead"] for cells in rounds if "fairlead" in cells]
    cpu, user, system = (median(cell[key] for cell in ours)
                         for key in ("cpu_us", "user_us", "system_us"))
    peers = []
    for peer in ("haproxy", "nginx"):
        value, name = best_of(rounds, peer, "cpu_us")
        variant = name.removeprefix(peer).strip()
        peers.append(f"{value:.2f}" + (f" ({variant})" if variant else ""))
    own = f"{cpu:.2f} ({user:.2f} + {system:.2f})"
    return (f"| {workload.title} | {own} | {' | '.join(peers)} | "
            f"{markdown_ratio(rows.get('haproxy'))} | {markdown_ratio(rows.get('nginx'))} |")


def markdown_latency(workload, rounds):
    columns = []
    for name in ("fairlead", "haproxy", "nginx"):
        cells = [one[name] for one in rounds if name in one]
        columns.append(" / ".join(f"{median(cell[key] for cell in cells):.0f}"
                                  for key in LATENCIES))
    return f"| {workload.title} | {' | '.join(columns)} |"


def write_markdown(path, results):
    """The tables of docs/performance.md."""
    timed = [(workload, rounds) for workload, rounds in results if not workload.idle]
    lines = ["| workload | fairlead: CPU us (user + system) | HAProxy | nginx | to HAProxy | wanted "
             "| to nginx | wanted |", "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    lines += [markdown_cpu(*one) for one in timed if not one[0].rate]
    lines += ["", "| open loop | fairlead p50 / p99 / p99.9, us | HAProxy | nginx |",
              "| --- | ---: | ---: | ---: |"]
    lines += [markdown_latency(*one) for one in timed if one[0].rate]
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
