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
    "007023": ("invalid_request", "The redirect_uri is not among the allowed."),
    "007038": ("invalid_request", "The parameters could not be read."),
    "007053": ("access_denied", "OAuthErrorEnum.clientSecretWrong"),
}


class Fault(Exception):
    """A request of a client system is refused. Nothing of the request is in its text."""

    def __init__(self, code: str, **parameters: str) -> None:
        self.code = code
        self.error, words = FAULTS[code]
        self.description = f"ESIA-{code}: {words.format_map(parameters)}"
        super().__init__(self.description)
