"""What is written down of the people who ask: nothing, unless an administrator decides otherwise.

logs       the one sink for everything that any library logs, cleaned before it is formatted
redact     identifiers out of a text
questions  the store of redacted questions that an administrator can switch on
inventory  what is kept where, for `assistant privacy`
"""
