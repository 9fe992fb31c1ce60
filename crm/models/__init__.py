from crm.models.contact import Contact
from crm.models.identity import Identity, IdentityKey

__all__ = ["Contact", "Identity", "IdentityKey"]
