"""Check everything that Muser needs; each failed check says what to do.

Exit status 1 if a check failed.
"""

import argparse
import dataclasses

from muserd.ctl import checks
from muserd.ctl.parsing import add_json
from muserd.ctl.session import Session

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    add_json(parser)


def run(_arguments: argparse.Namespace, session: Session) -> int:
    """Every check."""
    out = session.out
    findings = []
    for finding in checks.everything(session):
        findings.append(finding)
        if not out.json:
            show(finding, session)
    failed = any(finding.level == "fail" for finding in findings)
    if out.json:
        listed = [dataclasses.asdict(finding) for finding in findings]
        out.object({"ok": not failed, "findings": listed})
    return 1 if failed else 0


def show(finding: checks.Finding, session: Session) -> None:
    """One line, and the remedy below it."""
    out = session.out
    level = out.paint(f"{finding.level:<4}", _COLOURS[finding.level])
    out.text(f"{level}  {finding.name:<13}  {finding.message}")
    if finding.remedy:
        out.text(f"{'':21}{out.paint('→', 'cyan')} {finding.remedy}")
