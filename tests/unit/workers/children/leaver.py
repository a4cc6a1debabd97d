"""A child that leaves without a word."""

from muserd.workers.process.link import Link, run


def main(link: Link) -> None:
    """Hear and leave."""
    link.receive()


if __name__ == "__main__":
    run(main)
