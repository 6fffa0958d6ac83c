"""`python -m gantry.cli`."""

import sys

from gantry.cli import main

sys.exit(main())
