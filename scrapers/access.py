"""Access to an API by client credentials (RFC 6749, 4.4): one token, in memory only."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

from scrapy.http import FormRequest, Request, Response

from scrapers.answers import answer_body, refuse_answer
from scrapers.pages.page import parse_json
from store.clock import utc_now
from store.errors import ChangedError, CrawlError, FailedError, LoginWallError

# The agreement that comes with the keys says what may be asked, not robots.txt. Secrets
# stay out of the cache's files and go to no other address.
API_META = {
    "dont_obey_robotstxt": True,
    "dont_cache": True,
    "dont_redirect": True,
}
KEYS_REFUSED = {
    "invalid_client",
    "unauthorized_client",
    "access_denied",
    "invalid_scope",
    "invalid_grant",
}
# Asked for anew a little before its end.
MARGIN = timedelta(seconds=60)
NEVER = datetime.min.replace(tzinfo=UTC)


class ClientCredentials:
    """A token of one API, asked for when there is none or it is about to end.

    Parameters
    ----------
    service : str
        Whose API it is, for messages.
    address : str
        Where tokens are given.
    form : dict of str to str
        What is sent besides ``grant_type``.
    headers : dict of str to str
        What is sent with it, such as `basic_login`.
    """

    def __init__(
        self,
        service: str,
        address: str,
        form: dict[str, str],
        headers: dict[str, str] | None = None,
    ) -> None:
        self._service = service
        self._address = address
        self._form = {"grant_type": "client_credentials", **form}
        self._headers = headers or {}
        self._token = ""
        self._ends_at = NEVER

    @property
    def is_fresh(self) -> bool:
        """Whether there is a token that holds for the next request."""
        return utc_now() + MARGIN < self._ends_at

    @property
    def headers(self) -> dict[str, str]:
        """What a request to the API is sent with."""
        return {"Authorization": f"Bearer {self._token}"}

    def request(self, **kwargs: Any) -> Request:
        """Return the request for a token; its answer is given to `take`."""
        return FormRequest(
            self._address,
            formdata=self._form,
            headers=self._headers,
            meta=dict(API_META),
            **kwargs,
        )

    def take(self, response: Response) -> None:
        """Keep the token of an answer.

        Raises
        ------
        CrawlError
            Of the kind that says why there is none; never with what was sent.
        """
        answer = self._answer(response)
        if not answer.get("access_token"):
            raise ChangedError(f"{self._service} answered without a token")
        self._token = str(answer["access_token"])
        seconds = float(answer.get("expires_in") or 0)
        self._ends_at = utc_now() + max(timedelta(seconds=seconds), 2 * MARGIN)

    def _answer(self, response: Response) -> dict[str, Any]:
        try:
            answer = parse_json(answer_body(response).decode())
        except CrawlError:
            refuse_answer(response)
            raise
        if not isinstance(answer, dict):
            raise FailedError(f"{self._service}'s token is JSON, but not an object")
        if code := answer.get("error"):
            words = f"{code}: {answer.get('error_description', '')}"
            if code in KEYS_REFUSED:
                raise LoginWallError(f"{self._service} refused the keys: {words}")
            refuse_answer(response)
            raise FailedError(f"{self._service} gave no token: {words}")
        refuse_answer(response)
        return answer


def basic_login(user: str, password: str) -> dict[str, str]:
    """Return the header of HTTP's basic log-in.

    >>> basic_login("Aladdin", "open sesame")
    {'Authorization': 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='}
    """
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}
