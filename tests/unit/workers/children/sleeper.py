"""A child that hears and does nothing."""

import time

from muserd.workers.process.link import Link, run


def main(link: Link) -> None:
    """Wait to be killed."""
    link.receive()
    time.sleep(600)


if __name__ == "__main__":
    run(main)
