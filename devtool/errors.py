USAGE = 2  # what the caller can mend: a busy port, an old Python, a bad argument
UNAVAILABLE = 3  # what the machine does not give: a database, a browser


class Stop(Exception):
    """Ends the command with one line for a person and an exit code."""

    def __init__(self, message: str, code: int = USAGE) -> None:
        super().__init__(message)
        self.code = code
