"""Links to opt out: who has one may opt its person out of its channel, no more.

The signature's key is made from the shoppers' key, which the servers have anyway.
"""

import hashlib

from itsdangerous import BadData, URLSafeSerializer
from sqlmodel import Session, col, select

from store.consent import opt_out
from store.errors import MissingError, SettingsError
from store.privacy import Pseudonymiser
from store.settings import Settings
from store.tables import Intervention, Order
from store.turns import PEOPLE, wait_for_turn

PATH = "/v1/unsubscribe/"


class UnsubscribeLinks:
    """Makes links and honours them.

    Parameters
    ----------
    settings : Settings
        Has the address of the API and the key.
    """

    def __init__(self, settings: Settings) -> None:
        key_file = settings.shopper_pseudonym_key_file
        key = Pseudonymiser(key_file, may_make=True).pseudonym("unsubscribe")
        self._signer = URLSafeSerializer(
            key, salt=PATH, signer_kwargs={"digest_method": hashlib.sha256}
        )
        self._public_url = settings.public_url.rstrip("/")

    def url(self, intervention_id: str, pseudonym: str, channel: str) -> str:
        """Return the link that stands in a message.

        Raises
        ------
        SettingsError
            If nobody knows where the API can be reached.
        """
        if not self._public_url:
            raise SettingsError(
                "TRENDGUARD_PUBLIC_URL is not set: no message goes out without a link "
                "to opt out of more, and that leads to the API"
            )
        token = str(self._signer.dumps([intervention_id, pseudonym, channel]))
        return f"{self._public_url}{PATH}{token}"

    def channel(self, token: str) -> str:
        """Return the channel that a link is about.

        Raises
        ------
        MissingError
            If it is none of ours.
        """
        return self._read(token)[2]

    def opt_out(self, session: Session, token: str) -> str:
        """Opt the link's person out of its channel, which is returned; twice is once.

        Of who was forgotten nothing is stored anew: there is nobody to write to.

        Raises
        ------
        MissingError
            If it is none of ours.
        """
        intervention_id, pseudonym, channel = self._read(token)
        # Nobody is forgotten, or gets another pseudonym, meanwhile.
        wait_for_turn(session, PEOPLE)
        # Pseudonyms change with the key; the stored one is the newest.
        if decided := session.get(Intervention, intervention_id):
            pseudonym = decided.customer_pseudonym
        elif not _has_orders(session, pseudonym):
            return channel
        opt_out(session, pseudonym, channel)
        return channel

    def _read(self, token: str) -> tuple[str, str, str]:
        try:
            intervention_id, pseudonym, channel = self._signer.loads(token)
        except (BadData, ValueError) as error:
            raise MissingError(
                "this link is not whole: open it from the message itself"
            ) from error
        return intervention_id, pseudonym, channel


def _has_orders(session: Session, pseudonym: str) -> bool:
    mine = select(Order.order_id).where(col(Order.customer_pseudonym) == pseudonym)
    return session.exec(mine.limit(1)).first() is not None
