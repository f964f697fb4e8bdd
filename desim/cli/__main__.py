"""The command line as `python -m desim.cli`."""

from desim.cli import main

if __name__ == "__main__":
    main()
