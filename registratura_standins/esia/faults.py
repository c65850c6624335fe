"""How the protocol says no: codes of ЕСИА with the `error` that goes with each."""

# Code → value of `error` and words. Words in CamelCase are the original's own.
FAULTS: dict[str, tuple[str, str]] = {
    "007002": ("unauthorized_client", "No certificate is registered for the client."),
    "007003": ("invalid_request", "A parameter is wrong or repeated."),
    "007004": ("access_denied", "The owner or the server refused the request."),
    "007005": (
        "unauthorized_client",
        "The client is not authorized to request an access token using this method.",
    ),
    "007006": ("invalid_scope", "The scope is unknown or malformed."),
    "007007": ("server_error", "Unexpected server error."),
    "007008": ("temporarily_unavailable", "The server is overloaded or under maintenance."),
    "007009": ("unsupported_response_type", "The response type is not supported."),
    "007011": (
        "invalid_grant",
        "The code or refresh token is invalid, expired, revoked, or was issued "
        "for another redirect_uri or client.",
    ),
    "007012": ("unsupported_grant_type", "The grant type is not supported."),
    "007013": ("invalid_scope", "The request has no scope."),
    "007014": ("invalid_request", "The request doesn`t contain the mandatory parameter [{names}]."),
    "007015": ("invalid_request", "The request time is wrong."),
    "007019": ("access_denied", "OAuthErrorEnum.noGrants"),
    "007023": ("invalid_request", "The redirect_uri is not among the allowed."),
    "007038": ("invalid_request", "The parameters could not be read."),
    "007039": ("invalid_request", "No code_challenge was given in the request to /v2/ac."),
    "007040": ("invalid_grant", "The code_verifier does not match the code_challenge."),
    "007046": (
        "access_denied",
        "The scope demands two-factor authentication, which the user has not set up.",
    ),
    "007053": ("access_denied", "OAuthErrorEnum.clientSecretWrong"),
    "007055": ("access_denied", "The account is not confirmed."),
    "007194": ("access_denied", "The user does not belong to the organisation of the scope."),
    "008010": ("invalid_client", "The client system could not be authenticated."),
    # Faults in `permissions`.
    "036700": ("invalid_request", "The type of consent is not given."),
    "036701": ("invalid_request", "The type of consent is not found."),
    "036702": ("invalid_request", "A mandatory scope of this type of consent is missing."),
    "036703": ("invalid_request", "The scopes go beyond those of this type of consent."),
    "036704": ("invalid_request", "Scopes may not be given for this type of consent."),
    "036705": ("invalid_request", "At least one action must be given."),
    "036706": ("invalid_request", "The action does not exist."),
    "036707": ("invalid_request", "At least one purpose must be given."),
    "036716": ("invalid_request", "The expiry of the consent is wrong."),
    "036726": ("invalid_request", "The purpose does not exist."),
    "036727": ("invalid_request", "Exactly one purpose must be given."),
}
# The original knows these too, but nobody tells which values of `roles`, `obj_type` and of a user's
# type it takes: the stand-in does not read the parameters, and never says 007060, 007061, 007062.


class Fault(Exception):
    """A request of a client system is refused. Nothing of the request is in its text."""

    def __init__(self, code: str, **parameters: str) -> None:
        self.code = code
        self.error, words = FAULTS[code]
        self.description = f"ESIA-{code}: {words.format_map(parameters)}"
        super().__init__(self.description)
