"""The tables of a benchmark, and its JSON."""

import json
from pathlib import Path
from typing import Any

GOALS = {"ostiary_over_nginx": 2.0, "ostiary_over_envoy": 0.5}
ADDED_P99_US = 1000
ISSUER_GOAL = 0.6

Result = dict[str, Any]


def write(result: Result, file: Path | None) -> None:
    """Write the JSON when a file was named."""
    if file:
        file.write_text(json.dumps(result, indent=2) + "\n")


def gateway(result: Result) -> None:
    """Every load and every gateway, new tokens, half load, ratios."""
    heading(result)
    for load, by in result["figures"].items():
        main = " (main figure)" if load == result["main"] else ""
        table(f"{load}{main}, tokens seen before", by)
    table("plain/16/75B, every request with a new token", result["new_tokens"])
    table("plain/16/75B, open loop at half of saturation", result["half_load"])
    for name, ratio in result["ratios"].items():
        print(f"{name}: {ratio}{verdict(ratio, GOALS.get(name))} (new tokens {result['ratios_new_tokens'].get(name)})")
    if "ostiary" in result["half_load"]:
        added = result["half_load"]["ostiary"]["added_p99_us"]
        print(f"added p99 at half load: {added} us{verdict(added, ADDED_P99_US)}")


def issuer(result: Result) -> None:
    """Every flow and every issuer, then the ratios."""
    heading(result)
    for flow, by in result["figures"].items():
        table(flow, by)
    for flow, ratio in result["ratios"].items():
        print(f"{flow}: {ratio}{verdict(ratio, ISSUER_GOAL)}")


def memory(result: Result) -> None:
    """The worker with little and with much to remember."""
    heading(result)
    table("one gateway worker", result["figures"])
    print(f"CPU per request, much over little: {result['ratios']['cpu']}")


def heading(result: Result) -> None:
    """What ran on what."""
    print(f"bench.{result['benchmark']} on {result['machine']}")
    print("  ".join(f"{name} {version}" for name, version in result["versions"].items()))


def table(title: str, rows: dict[str, dict[str, float]]) -> None:
    """One table, a program a line."""
    if not rows:
        return
    columns = list(next(iter(rows.values())))
    print(f"\n{title}\n{'':18}" + "".join(f"{column:>21}" for column in columns))
    for name, row in rows.items():
        print(f"{name:18}" + "".join(f"{row[column]:>21}" for column in columns))


def verdict(value: float, goal: float | None) -> str:
    """How the figure stands to its goal, if it has one."""
    if goal is None:
        return ""
    return f" (goal at most {goal}: {'met' if value <= goal else 'NOT MET'})"
