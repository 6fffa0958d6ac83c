"""The program behind gantry-cli.exe."""

import sys

from gantry.cli import main

sys.exit(main())
