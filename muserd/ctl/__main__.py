"""The entry point of muserctl."""

import sys

from muserd.ctl.cli import main

if __name__ == "__main__":
    sys.exit(main())
