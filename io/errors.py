"""The one tree of expected failures: each carries one sentence for the user, what happened, where, and what to do."""


class AppError(Exception):
    """Something the user can mend. ``str(error)`` is the sentence shown in the window and on standard error."""


class OpenError(AppError):
    """A file cannot be opened: missing, locked, encrypted, empty, not a workbook, too large."""


class SaveError(AppError):
    """A file cannot be written: no such folder, no permission, disk full, unknown format."""


class QuestionError(AppError):
    """A question names a measure, visit, chart or option that the workbook does not have."""
