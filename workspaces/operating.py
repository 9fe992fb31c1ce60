"""Django's admin, as the operator's pages (`workspaces/operator.py`). Apart, because it is read before any model."""

from django.contrib.admin.apps import SimpleAdminConfig


class OperatorConfig(SimpleAdminConfig):
    default_site = "workspaces.operator.OperatorSite"
