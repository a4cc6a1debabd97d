"""`logs`: the last lines, and what comes after them."""

import subprocess
import sys


def test_logs(places, ctl):
    """The last lines of the file; a hint when there is none."""
    assert ctl("logs")[0] == 1
    (places / "state").mkdir()
    (places / "state" / "muserd.log").write_text("".join(f"line {i}\n" for i in range(100)))
    assert ctl("logs", "-n", "2")[1] == "line 98\nline 99\n"
    assert ctl("logs", "-n", "0")[1] == ""


def test_following_goes_on_through_a_rotation(places):
    """Lines that are added, and those of the file that takes its place."""
    log = places / "state" / "muserd.log"
    log.parent.mkdir()
    log.write_text("one\ntwo\n")
    command = [sys.executable, "-m", "muserd.ctl", "logs", "--follow", "-n", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout.readline() == "two\n"
        with log.open("a") as file:
            file.write("three\n")
        assert following.stdout.readline() == "three\n"
        log.rename(log.with_suffix(".log.1"))
        log.write_text("four\n")
        assert following.stdout.readline() == "four\n"
        following.send_signal(2)
        assert following.wait(10) == 0
