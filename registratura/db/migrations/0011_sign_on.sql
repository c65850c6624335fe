-- A sign-in under way knows its provider, and the secrets that its answer must prove: the nonce of
-- OpenID Connect and the verifier of PKCE (RFC 7636). Rows live ten minutes; what an older process
-- began and a newer one is to finish is begun anew.
alter table sign_in add column issuer text not null default '';
alter table sign_in add column nonce text not null default '';
alter table sign_in add column verifier text not null default '';

-- Where the owner lives, as ЕСИА tells it: in words, for the page about himself.
alter table account add column address text;
