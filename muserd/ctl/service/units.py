"""The files that service managers read. `systemd/` and `launchd/` hold the same text, made here."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

UNIT = "muserd.service"
LABEL = "org.muser.muserd"  # of the launchd agent

# Left out on purpose:
# MemoryDenyWriteExecute, since numba compiles; ProtectHome, since the pictures lie there;
# PrivateDevices and ProtectClock, since GPUs are devices; CapabilityBoundingSet and what implies
# it, ProtectKernelModules and ProtectKernelLogs, since a user's manager may not drop capabilities
# and the service would not start; PrivateUsers, implied where it works, fatal where it does not;
# PrivateTmp, since it hides folders below /tmp: temporary files go to the cache instead.
_SYSTEMD = """\
# Made by `muserctl service install`, which writes absolute paths. See docs/service.md.
[Unit]
Description=Muser: living maps of pictures and notes
StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
{environment}WatchdogSec=60
Restart=on-failure
RestartSec=5
RestartPreventExitStatus=2 78
TimeoutStartSec=120
TimeoutStopSec=30
KillMode=mixed
OOMPolicy=continue

# In the background of whatever the person does.
Slice=background.slice
Nice=10
CPUWeight=1
IOWeight=1
IOSchedulingClass=idle
MemoryHigh=25%
MemoryMax=50%
TasksMax=1024
LimitCORE=0

# Its own folders, for nobody else; everything else is read-only.
UMask=0077
StateDirectory=muser
StateDirectoryMode=0700
CacheDirectory=muser
CacheDirectoryMode=0700
RuntimeDirectory=muser
RuntimeDirectoryMode=0700
ProtectSystem=strict
ReadWritePaths={writable}
Environment={scratch}

# What it never does.
NoNewPrivileges=true
LockPersonality=true
ProtectControlGroups=true
ProtectHostname=true
ProtectKernelTunables=true
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM

[Install]
WantedBy=default.target
"""


def unit_file() -> Path:
    """In the user's own unit folder, which wins over packaged ones."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    folder = Path(base) if base.startswith("/") else Path.home() / ".config"
    return folder / "systemd" / "user" / UNIT


def agent_file() -> Path:
    """Among the user's own agents."""
    return Path.home() / "Library" / "LaunchAgents" / f"{LABEL}.plist"


def installed() -> bool:
    """Whether `muserctl service install` was called on this machine."""
    return (agent_file() if sys.platform == "darwin" else unit_file()).exists()


def systemd_unit(
    command: Sequence[str],
    writable: Sequence[str],
    scratch: str,
    environment: Mapping[str, str] | None = None,
) -> str:
    """The user unit.

    Args:
        command: the daemon's command line, its first word an absolute path.
        writable: folders that the daemon may write to.
        scratch: one of them, for temporary files.
        environment: variables that it needs to find its folders.
    """
    lines = [
        "Environment=" + _quoted(f"{name}={value}", "$") + "\n"
        for name, value in (environment or {}).items()
    ]
    return _SYSTEMD.format(
        command=" ".join(_quoted(word) for word in command),
        environment="".join(lines),
        writable=" ".join(_quoted(f"-{folder}", "$") for folder in writable),
        scratch=_quoted(f"TMPDIR={scratch}", "$"),
    )


def packaged_unit() -> str:
    """systemd/muserd.service: for an installation in ~/.local, by systemd's own specifiers."""
    return _SYSTEMD.format(
        command="%h/.local/bin/muserd run",
        environment="",
        writable="-%h/.local/state/muser -%h/.cache/muser -%t/muser",
        scratch="TMPDIR=%h/.cache/muser",
    )


def launchd_agent(
    command: Sequence[str], log: str, environment: Mapping[str, str] | None = None
) -> bytes:
    """The property list of the agent: restarted after a failure, at low priority."""
    import plistlib  # 5 ms that the client need not pay

    agent: dict[str, object] = {
        "Label": LABEL,
        "ProgramArguments": list(command),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 30,
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "LowPriorityBackgroundIO": True,
        "ExitTimeOut": 30,
        "Umask": 0o77,
        "StandardOutPath": log,
        "StandardErrorPath": log,
    }
    if environment:
        agent["EnvironmentVariables"] = dict(environment)
    return plistlib.dumps(agent, sort_keys=False)


def packaged_agent() -> bytes:
    """launchd/org.muser.muserd.plist: a template; launchd wants absolute paths."""
    return launchd_agent(
        ["/Users/YOU/.local/bin/muserd", "run"], "/Users/YOU/Library/Logs/muserd.log"
    )


def _quoted(word: str, plain: str = "") -> str:
    """A word as systemd.syntax(7) wants it: `%` doubled, `$` too where it is expanded."""
    text = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    text = text if "$" in plain else text.replace("$", "$$")
    return f'"{text}"' if any(c.isspace() or c in "\"'\\;" for c in text) else text
