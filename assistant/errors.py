"""What can go wrong between a question and an answer.

AssistantError
├── SettingsError   a setting is unknown or has a value that cannot be used
├── ProfileError    the profile folder is missing something or says it wrongly
├── ModelError      the chat model failed, was too slow, or may not be asked now
├── AccountError    an account cannot be made, changed or trusted
└── InputError      a file handed in is not what was asked for
"""


class AssistantError(Exception):
    """Base of everything the assistant raises; its text is one sentence for a person."""


class SettingsError(AssistantError):
    """A setting is unknown or has a value that cannot be used."""


class ProfileError(AssistantError):
    """The profile folder is missing something or says it wrongly."""


class InputError(AssistantError):
    """A file handed in is not what was asked for."""


class AccountError(AssistantError):
    """An account cannot be made, changed or trusted."""


class ModelError(AssistantError):
    """The chat model failed, was too slow, said too much, or may not be asked now."""
