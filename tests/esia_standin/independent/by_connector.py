"""`esia-connector` 0.16 signs on by v1; run by the Python of an environment of its own.

`url` prints where the browser goes; `read CODE STATE` prints what the token opens, as JSON.
"""

import json
import os
import sys

from esia_connector.client import EsiaAuth, EsiaSettings

SCOPE = "openid fullname birthdate gender snils id_doc medical_doc email mobile addresses"


def main() -> None:
    """Settings come by CONNECTOR_… variables."""
    settings = EsiaSettings(
        esia_client_id=os.environ["CONNECTOR_MNEMONIC"],
        redirect_uri=os.environ["CONNECTOR_REDIRECT"],
        certificate_file=os.environ["CONNECTOR_CERTIFICATE"],
        private_key_file=os.environ["CONNECTOR_KEY"],
        esia_service_url=os.environ["CONNECTOR_ESIA"],
        esia_scope=SCOPE,
        esia_token_check_key=os.environ.get("CONNECTOR_TRUSTED"),
    )
    auth = EsiaAuth(settings)
    if sys.argv[1] == "url":
        print(auth.get_auth_url())
        return
    _, _, code, state = sys.argv
    # It knows RSA tokens only: those of GOST it reads without looking at their signature.
    trusted = settings.esia_token_check_key is not None
    found = auth.complete_authorization(code, state, validate_token=trusted)
    parts = {
        "person": found.get_person_main_info(),
        "contacts": found.get_person_contacts(),
        "addresses": found.get_person_addresses(),
        "documents": found.get_person_documents(),
    }
    print(json.dumps(parts))


if __name__ == "__main__":
    main()
