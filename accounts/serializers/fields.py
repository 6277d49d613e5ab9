"""What people type and devices send, value by value."""

from typing import Any

from rest_framework import serializers

from accounts.email_addresses import LONGEST_ADDRESS, check_email, normal_email
from bookstore.fields import CleanedLineField, LineField, WordsField

LONGEST_PASSWORD = 128


class OptionalLineField(LineField):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "allow_blank": True, **options})


class OptionalCopiedField(CleanedLineField):
    """What people copy from elsewhere, marks of direction and all: programs put them around numbers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "allow_blank": True, **options})


class DeviceNameField(CleanedLineField):
    """What a device calls itself; telephones set marks of direction into their names, and are to get in."""

    def __init__(self, **options: Any) -> None:
        told = "What the list of devices calls this one: Rosa’s phone. What cannot be seen in it is left out."
        super().__init__(**{"required": False, "allow_blank": True, "max_length": 100, "help_text": told, **options})


class EmailAddressField(serializers.EmailField):
    """An e-mail address in the one spelling that the shop keeps."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": LONGEST_ADDRESS, **options})
        self.validators.append(check_email)

    def to_internal_value(self, data: Any) -> str:
        return normal_email(super().to_internal_value(data))


class PasswordField(WordsField):
    refused_letters = ""  # nobody reads it

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                "max_length": LONGEST_PASSWORD,
                "write_only": True,
                "style": {"input_type": "password"},
                **options,
            }
        )


class CodeField(WordsField):
    """A code as people type it, with or without a space in the middle."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 20, "help_text": "Six digits.", **options})

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).replace(" ", "")
