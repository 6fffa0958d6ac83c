"""`python -m gantry` opens the window, as `gantry` does."""

import sys

from gantry.app import main

if __name__ == "__main__":
    sys.exit(main())
