"""`python -m naka.cli`: the same as `naka`, for where the console script is not on the path."""

from __future__ import annotations

from naka.cli.main import main

if __name__ == "__main__":
    main()
