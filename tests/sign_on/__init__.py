"""Sign-on through ЕСИА: what is asked, what is believed, what is shown when it goes wrong.

Where each thing that must not succeed is tried. `standin` is tests/esia_standin: there ЕСИА
decides; the others walk the portal, the real stand-in beside it where `attacks` is named.

| what must not succeed | at ЕСИА itself | at a gateway of OpenID Connect |
|---|---|---|
| a replayed code | attacks, standin/test_exchange | test_gateway |
| another client's code | standin/test_exchange | test_gateway (its key, `invalid_client`) |
| another redirect | standin/test_exchange and test_authorise, attacks | test_gateway |
| a stolen unused code in another sign-in | attacks (PKCE on; its control: off) | test_gateway |
| a stale and a future timestamp | standin/test_authorise, attacks | test_gateway (`iat`, `exp`) |
| an altered order of scopes | standin/test_authorise, attacks | – (nothing is signed there) |
| `alg: none`, another algorithm | test_belief, test_vectors | test_gateway |
| a signature by the public key (HS256) | test_belief (`alg` is ours) | test_gateway |
| a wrong key | test_belief (each token alone) | test_gateway (rotation, withdrawal) |
| a wrong issuer | test_belief | test_gateway (token, document, answer) |
| a wrong audience or client | test_belief | test_gateway |
| an expired token, one of the future | test_belief, test_vectors (leeway) | test_gateway |
| another kind of token, another person | test_belief | test_gateway (`sub` of userinfo) |
| a wrong nonce | – (ЕСИА has none) | test_gateway |
| a swapped, used or stale state | test_signing_in, attacks | test_with_gateway |
| the end of a stranger's sign-in (login CSRF) | test_signing_in, attacks | the same code |
| an account that is not confirmed | test_belief, test_with_esia | test_gateway |
| a session id planted before sign-in | attacks, tests/web/test_sessions | the same code |
| a sign-out beaten by a request under way | attacks, tests/web/test_sessions | the same code |
| an open redirect through `next` | test_signing_in, tests/web/test_paths | the same code |
| a limit for each process | attacks (two applications), tests/web/test_limits | the same code |
| an address that leads inside the house | test_elements | test_gateway (document) |
| an answer without end, in time or size | test_wire, test_elements | test_wire |
| a page that waits for ЕСИА | test_down, test_circuit | test_with_gateway |
| tokens and states in logs or addresses | test_signing_in | test_with_gateway |
"""
