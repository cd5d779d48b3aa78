"""`GET /auth/ways`: in which ways one may come in here, for pages that offer them."""

from .desk import Answer, Asked, Posted


class Ways(Posted):
    """Answers anybody."""

    method = b"GET"

    async def answer(self, asked: Asked) -> Answer:
        settings, has_accounts = self.desk.settings, self.desk.has_accounts
        sign_up = settings.accounts.sign_up if has_accounts else "closed"
        providers = [{"name": one.name, "title": one.title} for one in settings.oidc if has_accounts]
        ways = {"guests": settings.guests.allowed, "accounts": has_accounts, "sign_up": sign_up, "oidc": providers}
        return Answer({**ways, "forgot": has_accounts and settings.accounts.mail is not None})
