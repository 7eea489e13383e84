"""Why a demo does not start or does not go on, in words for the person who started it."""


class CannotStart(Exception):
    """It was not started. The message says why and what to do."""


class Broken(Exception):
    """Something that it is made of ended or does not answer. The message says what."""
