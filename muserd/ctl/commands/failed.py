"""List the files that could not be read, why, and what to do; or retry them."""

import argparse

from muserd.ctl.parsing import add_json, add_timeout, given_path, subcommands
from muserd.ctl.render.output import ago, clean, count, home, soon
from muserd.ctl.session import Session
from muserd.ground.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    actions = subcommands(parser, default="list")
    add_json(parser)
    parser.add_argument(
        "--skipped", action="store_true", help="files that were skipped, why, and what to do"
    )
    add_json(actions.add_parser("list", help="every such file with cause and remedy"))
    retry = actions.add_parser("retry", help="read them again now")
    retry.add_argument("path", nargs="?", metavar="PATH", help="only this file")
    add_json(retry)
    add_timeout(retry, 30)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """List or retry."""
    out = session.out
    if arguments.action == "retry":
        path = given_path(arguments.path, follow=False) if arguments.path else None
        result = session.client.do("/failures/retry", wait_s=arguments.timeout, path=path)
        if path and result.get("files") == 0:
            raise UsageError(f"{path} is not a failed file", "see `muserctl failed`")
        if out.json:
            out.object(result)
        else:
            files = count(result.get("files"), "file")
            out.text(f"{files} will be read again; see `muserctl failed` later")
        return 0
    if arguments.skipped:
        return _show_skipped(session)
    failures = session.client.get("/failures")["failures"]
    if out.json:
        out.object({"failures": failures})
        return 0
    for failure in failures:
        out.text(out.paint(clean(home(failure["path"])), "bold"))
        out.text(f"    {clean(failure['cause'])}: {clean(failure['message'])}")
        if failure.get("hint"):
            out.text(f"    {out.paint('hint:', 'cyan')} {clean(failure['hint'])}")
        tried = f"tried {count(failure.get('attempts'), 'time')}, last {ago(failure.get('at'))}"
        at = failure.get("next_try_at")
        again = f"retried {soon(at)}" if at else "retried when the file changes"
        out.text(out.paint(f"    {tried}; {again}", "dim"))
    if not failures:
        out.note("no failed files")
    return 0


def _show_skipped(session: Session) -> int:
    """What the last scans left out, by kind."""
    out = session.out
    roots = session.client.get("/status").get("roots") or ()
    kinds = [one for root in roots for one in root.get("passed_over") or ()]
    if out.json:
        out.object({"skipped": kinds})
        return 0
    for kind in kinds:
        out.text(out.paint(f"{kind['count']} × {clean(kind['what'])}", "bold"))
        out.text(f"    {clean(kind['reason'])}, e.g. {clean(home(kind['example']))}")
        out.text(f"    {out.paint('hint:', 'cyan')} {clean(kind['remedy'])}")
    if not kinds:
        out.note("nothing was passed over")
    return 0
