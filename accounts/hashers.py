"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2idHasher(Argon2PasswordHasher):
    """Argon2id with the least cost that OWASP's password storage cheat sheet allows: 19 MiB, two passes, one lane.

    Django's default takes eight times the processor time and 100 MB for each login.
    """

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
