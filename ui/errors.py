"""What can go wrong in the web application.

AssistantError
└── UiError        base of what the web application raises
    └── PortTaken  another program listens there
"""

from assistant.errors import AssistantError


class UiError(AssistantError):
    """Base of everything the web application raises; its text is one sentence for a person."""


class PortTaken(UiError):
    """Another program already listens on the port."""
