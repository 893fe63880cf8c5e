"""Attesters: public keys that can verify what they sign, and one place for them."""

from collections.abc import Iterator

from ostiary.contract.document import Path
from ostiary.contract.draft import Draft
from ostiary.contract.key_sets import attester_keys, holds_private_keys
from ostiary.contract.mistakes import Code, Mistake
from ostiary.keys.jwk import JwkInvalid


def attesters(draft: Draft) -> Iterator[Mistake]:
    """What each attester is known by."""
    for name, attester in draft.file.attesters.items():
        path: Path = ("attesters", name)
        setting = (*path, "jwks" if attester.jwks_file is None else "jwks_file")
        if holds_private_keys(attester):
            mend = "Leave only the public members; then replace the key, since it was in a file."
            yield draft.mistake(setting, Code.SECRET_IN_CONTRACT, "A private key is written here.", mend)
        elif (attester.jwks is None) is (attester.jwks_file is None):
            says, mend = "The keys of an attester stand in one place.", "Write `jwks_file: PATH`, or `jwks`."
            yield draft.mistake(path, Code.SETTINGS_CONTRADICT, says, mend, key=True)
        else:
            try:
                attester_keys(attester, draft.read_file)
            except JwkInvalid as invalid:
                mend = "Write public keys of type EC P-256, OKP Ed25519 or RSA."
                yield draft.mistake(setting, Code.KEY_SET_INVALID, f"The key set is refused: {invalid}.", mend)
            except OSError as error:
                says = f"The key set cannot be read: {error.strerror or 'no such file'}."
                yield draft.mistake(setting, Code.KEY_SET_INVALID, says, "Write its path from the contract's folder.")
