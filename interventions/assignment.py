"""Which arm of an experiment a person is in: drawn by a keyed hash, so that it is the
same whenever it is asked for and nobody without the key can tell it beforehand.
"""

from dataclasses import dataclass
from typing import Literal

from interventions.rules import ExperimentRule
from store.privacy import Pseudonymiser
from store.settings import Settings

Arm = Literal["treatment", "holdout"]
# So much of the hash, in hex digits, makes a number from 0 to 1.
DIGITS = 13


@dataclass(frozen=True)
class Draw:
    """Draws arms.

    Parameters
    ----------
    experiment : ExperimentRule
        Its name and the share of the holdout.
    key : Pseudonymiser
        Holds the secret.
    """

    experiment: ExperimentRule
    key: Pseudonymiser

    @classmethod
    def load(cls, settings: Settings, experiment: ExperimentRule) -> "Draw":
        """Use the key of the settings; it is made where there is none.

        Raises
        ------
        SettingsError
            If the key can't be used.
        """
        file = settings.arms_key_file
        return cls(experiment, Pseudonymiser(file, may_make=True))

    def arm(self, person: str) -> Arm:
        """Return the arm of a person."""
        drawn = self.key.pseudonym(f"{self.experiment.name}\n{person}")
        share = int(drawn[:DIGITS], 16) / 16**DIGITS
        return "holdout" if share < self.experiment.holdout_share else "treatment"
