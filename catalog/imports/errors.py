"""Why an import cannot start or go on. Each message is one sentence for the operator."""


class ImportRefused(Exception):
    """Nothing was changed: the file, its header or the circumstances do not allow an import."""


class UnreadableRest(Exception):
    """The file cannot be read beyond a line; what stands before it can."""
