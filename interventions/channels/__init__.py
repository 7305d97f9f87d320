"""From a decision to a person: messages by e-mail, SMS and webhook, each at most once.

Nothing of an address or a text is stored or logged.
"""

from interventions.channels.delivering import deliver

__all__ = ["deliver"]
