"""The `xinnong` command: one module here for each of its commands.

A command module has
    HELP            one line for the list of commands, a plain string
    NEEDS           "nothing", "server" (the database server), "django" or "database" (both, the
                    default): what is ready when it is imported
    ROLE            "app" (default), "owner" or "batch": the database role it works as
    SERVICE         True for web and worker, which log to stderr; others log to a file
    add_arguments(parser: argparse.ArgumentParser) -> None
    run(args: argparse.Namespace) -> int
The first four are literals, so that `xinnong --help` reads them without importing anything. The
command's name is the module's, with - for _ and without a closing _ (`import_.py` is `import`).

Answers go to stdout, everything else to stderr. Exit codes: 0 all done, 1 something was refused or
quarantined, 2 wrong usage, 3 a fault. Progress, when stderr is a terminal, comes from `progress`.
"""
