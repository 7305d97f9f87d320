"""Which channels need a person's consent: what the rules say."""

from interventions.rules import read_rules
from store.settings import Settings


def needs_consent(settings: Settings, channel: str) -> bool:
    """Tell whether a channel is only for people who agreed; unknown ones are."""
    channels = getattr(read_rules(settings.rules_file), "channels", {})
    rule = channels.get(channel)
    return rule.needs_consent if rule else channel != "webhook"
