"""Sign-in with OpenID Connect: the authorization code flow with PKCE, as a relying party."""
