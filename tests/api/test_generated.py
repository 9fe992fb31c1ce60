"""The API against its own schema: requests made from it, and broken on purpose, answered as it says."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, strategies
from hypothesis import settings as hypothesis_settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup

from config.wsgi import application
from inbox.actions.send import Draft, send
from inbox.models import Conversation
from tests.api.conftest import Program
from workspaces import tenancy
from workspaces.api.reference import document
from workspaces.models import Membership, Team

pytestmark = pytest.mark.django_db

# 422 is a rule's word about a request that the schema allows: a closed window, a cursor of another list, a number that
# no telephone has. What the schema does not allow is 400. NUL, which no schema speaks of, is in test_malformed.py.
CONFIG = {
    "generation": {"deterministic": True, "max-examples": 5, "allow-x00": False, "database": "none"},
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "422"]},
    },
}

schemathesis.openapi.format("email", strategies.from_regex(r"[a-z]{1,8}@[a-z]{1,8}\.(com|ar|com\.br)", fullmatch=True))


@pytest.fixture(autouse=True)
def _connection_stays() -> Iterator[None]:
    """As Django's own test client does: the test's transaction lives on the connection that a request would close."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


spec = schemathesis.openapi.from_wsgi("/api/v1/schema", application, config=SchemathesisConfig.from_dict(CONFIG))


@spec.parametrize()
@hypothesis_settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_one_that_the_schema_knows(case: Any, api: Program, real: Callable[[str], int]) -> None:
    """Where an id could be one, it is that of a row: what is not there is a 404 and tells nothing."""
    named = case.path_parameters.get("id")
    if isinstance(named, int) and 0 < named < 2**63:
        case.path_parameters["id"] = real(case.path)
    case.call_and_validate(headers=api.always)


class TestTheJudge:
    """It would notice: the same requests against a schema that says something else."""

    @pytest.mark.parametrize(
        ("path", "lie"),
        [
            (("responses", "200", "content", "application/json", "schema"), {"type": "string"}),
            (("responses",), {"418": {"description": "teapot"}}),
            (("responses", "200", "content"), {"text/html": {}}),
        ],
    )
    def test_sees_an_answer_that_the_schema_does_not_know(self, api: Program, path: tuple[str, ...], lie: Any) -> None:
        said = deepcopy(document("en"))
        place: Any = said["paths"]["/api/v1/workspace"]["get"]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = lie
        told = schemathesis.openapi.from_dict(said)
        case = told["/api/v1/workspace"]["GET"].Case()
        response = case.call(app=application, headers=api.always)
        with pytest.raises(FailureGroup):
            case.validate_response(response)


@pytest.fixture
def real(lia: Conversation, ana: Membership) -> Callable[[str], int]:
    """The id of something that this path may be about."""
    with tenancy.enter(lia.workspace):
        message, _ = send(lia, Draft("Temos sim!"), by=ana, client_id=uuid.uuid4())
        rows = {
            "members": ana.pk,
            "teams": Team.objects.create(name="Ventas").pk,
            "contacts": lia.contact_id,
            "identities": lia.identity_id,
            "channels": lia.channel_id,
            "conversations": lia.pk,
            "messages": message.pk,
            "deliveries": message.deliveries.get().pk,
        }
    return lambda path: rows[path.split("/")[3]]
