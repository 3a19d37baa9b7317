"""A partner's program in Python: gives once under a key, twice; reads the contact; handles a refusal by its type."""

from __future__ import annotations

import json
import sys
import time

from c_crm import AuthenticatedClient as CrmClient
from c_crm.api.contact import get_contact
from c_crm.models import FollowedContactView
from c_raise import AuthenticatedClient as RaiseClient
from c_raise.api.raise_ import give
from c_raise.api.sync import get_sync
from c_raise.models import GiftView, GiveBody, GiveDonorBody, Problem, SyncView
from c_raise.models.get_sync_entity import GetSyncEntity

url, raise_token, crm_token = sys.argv[1:]
raise_ = RaiseClient(f"{url}/raise", token=raise_token)
crm = CrmClient(f"{url}/crm", token=crm_token)


def given(amount: float, key: str) -> GiftView | Problem | None:
    donor = GiveDonorBody(email="ada@example.org", first_name="Ada", last_name="Example")
    body = GiveBody(amount=amount, payment_method_id="tok_visa", donor=donor)
    return give.sync(client=raise_, body=body, idempotency_key=key)


def contact_of(donor_id: int) -> int:
    for _ in range(200):
        state = get_sync.sync(GetSyncEntity.DONOR, donor_id, client=raise_)
        if isinstance(state, SyncView) and state.crm_key is not None:
            return int(state.crm_key)
        time.sleep(0.05)
    raise SystemExit("the donor did not reach the CRM")


first, again = given(5, "once"), given(5, "once")
assert isinstance(first, GiftView) and isinstance(again, GiftView), (first, again)
contact = get_contact.sync(contact_of(first.donor_id), client=crm)
assert isinstance(contact, FollowedContactView)
refused = given(-5, "never")
assert isinstance(refused, Problem)
fields = list(refused.errors.additional_properties) if refused.errors else []
print(
    json.dumps(
        {"same": first.id == again.id, "contact": contact.name, "code": refused.code, "fields": fields}
    )
)
