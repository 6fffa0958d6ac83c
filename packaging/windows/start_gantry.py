"""The program behind gantry.exe."""

import sys

from gantry.app import main

sys.exit(main())
