"""`python -m interlock` is the `interlock` program."""

import sys

from interlock.cli import main

sys.exit(main())
