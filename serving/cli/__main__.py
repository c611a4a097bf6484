"""`python -m serving.cli`: the command line without its installed script, for processes that start one another."""

from serving.cli import main

if __name__ == "__main__":
    main()
