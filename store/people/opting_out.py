"""A person who wants no messages, by the id that the shop has."""

from store.consent import opt_out
from store.database import Database
from store.errors import ConflictError
from store.privacy import Pseudonymiser
from store.settings import Settings
from store.tables import Forgotten
from store.turns import PEOPLE, wait_for_turn


def opt_out_customer(
    database: Database, settings: Settings, customer_id: str, channel: str
) -> bool:
    """Write to a customer no more; tell whether that is new.

    Raises
    ------
    ConflictError
        If the person was forgotten: then nothing is kept, not even this.
    InvalidError
        If there is no such channel.
    SettingsError
        If the pseudonyms' key can't be used.
    """
    with database.writing() as session:
        wait_for_turn(session, PEOPLE)
        key = Pseudonymiser(settings.pseudonym_key_file, may_make=False)
        if session.get(Forgotten, key.mark(customer_id)):
            raise ConflictError(
                "this person was forgotten: nothing is kept about them and nothing "
                "is sent to them"
            )
        return opt_out(session, key.pseudonym(customer_id), channel)
