"""`python -m ostiary` is the `ostiary` command."""

from ostiary.cli.main import app

if __name__ == "__main__":
    app(prog_name="ostiary")
