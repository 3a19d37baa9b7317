"""What schemathesis would have otherwise and we do not: each with its reason. Whatever is not here is a failure."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.api.contract.explore import Case, Failure, Response, told

CODES = {
    "AMBIGUOUS": "as the records are",
    "ARCHIVED": "as the record is",
    "CIRCULAR": "as the tree is",
    "INACTIVE": "as the project is",
    "INCONSISTENT": "no schema compares fields or elements",
    "SUM_MISMATCH": "sums are no matter of a schema",
    "TAKEN": "which values are in use is no matter of a schema",
    "TOO_PRECISE": "how many decimals depends on the currency, which is another field",
    "UNKNOWN": "which records, parameters and names there are is no matter of a schema",
    "UNKNOWN_CURRENCY": "180 codes and more each year: named by their standard, not listed",
}
"""Codes of broken fields that no schema could have said, whatever the sentence: where the answer has codes."""

RULES = {
    r"Expected a time such as 2024-12-31T09:00:00Z, or a day such as 2024-12-31\.": "the 31st of February has the form of a time",
    r"There is no (?!operation)[a-z ]+ ": "which records there are is no matter of a schema",
    r"There is no project with this id or code\.": "the same",
    r"The day of a gift lies between 1900 and today\.": "JSON Schema has no bounds for a date",
    r"The year must lie in 1900 to 2199\.": "the same",
    r"Expected a date such as 2024-12-31\.": "the same: the 31st of February has the form of a date",
    r"[A-Z]{3} amounts have at most \d decimal places\.": "how many depends on the currency, which is another field",
    r"(This is not|'.*' is not) an ISO 4217 currency": "180 codes and more each year: named by their standard, not listed",
    r"[a-zA-Z.]+ is needed together with [a-zA-Z.]+\.": "fields that go together would make a union of the body",
    r"The amount is too large\.": "how large depends on the currency too, and sums of a split on each other",
    r"(Text|The query string) must not contain the character U\+0000\.": "no database keeps it; a pattern for that at each text would hide the text",
    r"This server does not keep recurring gifts yet; give once\.": "a field of the original's that waits for what is behind it",
    r"Each project of a split needs its amount\.": "fields that go together would make a union of the body",
    r"The amounts of the projects must sum to the amount of the gift\.": "sums are no matter of a schema",
    r"A (campaign|project) cannot end before it starts\.": "no schema compares fields",
    r"A (campaign|project|note|role|premium|tribute) needs a [a-z]+\.": "blanks alone are none",
    r"A donor that is an organization needs its name\.": "what is needed depends on another field",
    r"donor\.crmKey says another contact than crmKey": "no schema compares fields",
    r"A donor needs an e-mail address or a source key\.": "either is enough, which would make a union of the donor",
    r"Say how the new amount is split\.": "what is needed depends on the gift as it is",
    r"A gift is split across at most \d+ projects\.": "how many is a setting",
    r"This is not an e-mail address\.": "more than the form: mailboxes that nobody can have (decision 19)",
    r"The name of an integration has ": "names of a map are bounded by no schema that tools read",
    r"Two keys are given for ": "what one entry may be depends on the others",
    r"An address needs at least one line\.": "any line is enough, which would make a union of the address",
    r"A phone number has at most ": "what is allowed depends on the kind",
    r"This (is not the code of the project|project is inactive)": "as the project is",
    r"Name the project by projectId or code\.": "the same: either field is enough",
    r"It names donor \d+, and the path donor \d+\.": "no schema compares a body with a path",
    r"No more can be refunded (than is left of the gift|of this project)": "as the gift is",
    r"Nothing of the gift was given for this project\.": "the same",
    r"(An email address|The (display name|part (before|after) the @-sign)|There must be|It's? |The email address) ": "more than the form of an address",
    r"A logo is a PNG or JPEG of at most \d+ KiB; over the API, in base64\.": "what is in a text is no matter of a schema",
    r"Give an email, or a referenceSource with a referenceId\.": "the same, of parameters",
    r"[A-Z][A-Za-z -]+: ('.*' is |there is none called |A value has at most|Expected text or a number)": "what a value can be depends on the parameter",
    r"A (gift|donor|campaign) has no (parameter|column) '": "which there are is told by QueryOptions",
    r"[A-Z][A-Za-z() -]+: ([A-Za-z]+ is no operator of it|'[\s\S]*' (is|are) )": "what a value can be depends on the parameter",
    r"[A-Z][A-Za-z() -]+ [A-Z][A-Za-z]+ (needs a value here|takes (one value|two values))\.": "how many depends on the operator",
    r"The cursor is not of this query\.": "a cursor comes with the page before",
    r"A condition needs its (parameter|operator)\.": "blanks alone are none",
    r"A (gift|designation) needs (at least one|its) [a-z]+\.": "one of two names is enough; and a list may be of parts to leave out",
    r"The payments (must sum to the amount of the pledge|together are more than the gift)\.": "sums are no matter of a schema",
    r"(An ask needs a status|A grant needs a title|A planned gift needs its amount|A recurring gift needs its frequency|A payment needs its day)\.": "blanks alone are none",
    r"(A pledge cannot be fulfilled before it is made|No payment is expected before the recurring gift starts)\.": "no schema compares fields",
    r"Name the (recurring gift by id, or its payment by paymentId|payment by id, or the pledge by pledgeId)\.": "either field is enough",
    r"The [a-z ]+ is in [A-Z]{3}: a gift in another currency does not pay it\.": "as the record is",
    r"Expected one of: ": "labels are read in whatever case, and documented as one way to write them",
    r"Name the project by projectId or projectCode\.": "the same: either field is enough",
    r"The campaign has no step '": "the steps are the campaign's own",
    r"A step needs a name\.|The step '": "blank is absent, and a step stands once in any case",
    r"A campaign cannot end before it starts\.|The last day cannot be before the first": "one day hangs on another",
    r"A (campaign|communication|segment) needs a (name|code)\.": "blank is absent",
    r"The cost lies between": "a number of decimal places",
    r"There is no segment with the ": "the segment must be there",
    r"There is no project with the code '": "the project must be there",
    r"Name the project by projectId, projectCode or externalAccountingCode\.": "any of the fields is enough",
    r"(All of this gift was taken back before|Gift \d+ takes back another|Contact \d+ is archived|The contact has no individual)": "as the record is",
    r"The (day lies between that of the gift and today|amount must be positive and no more than is left of the gift)\.": "as the gift is",
    r"Several projects have the accounting code |The project .* is inactive and takes no new designations\.": "as the projects are",
    r"The form lacks [a-z_]+\.|The grant_type is password or refresh_token\.": "which fields are needed depends on another one",
    r"(The e-mail address, the password or the code is wrong|The refresh token is unknown, was used before, or has ended)": "who has an account is no matter of a schema",
    r"(An API key belongs to one organization and cannot switch|You do not belong to this organization)\.": "whose the token is decides",
    r"The day of an expense lies between 1900 and today\.": "JSON Schema has no bounds for a date",
    r"Role type \d+ is given no more\.|The premium .* is inactive and is given out no more\.": "as the record is",
    r"A tribute needs a name, or the individual": "any of the fields is enough",
    r"There are -?\d+: no more can be taken\.|There can be \d+ at most\.": "as the stock is",
    r"Another (kind of part has the name|premium has the code) '": "which are in use is no matter of a schema",
    r"(Who gave|The (type|source) of) a gift does not change|The gift has no designation |Designation \d+ is named twice|Gift \d+ is named twice": "as the gift is",
    r"It takes another gift back: nothing is given for it": "the same: what goes with money goes with the other gift",
    r"It (came from another system|takes another gift back): ": "the same: its money is another's",
    r"Of each project stays as much|Some of the gift was taken back|(No more can be taken back|Nothing is left of the gift)": "as the gift is, and what was taken back of it",
    r"[a-zA-Z]+ belongs to gifts of the type |A gift in the base currency has |nonCashGiftTypeId and nonCashGiftType are": "fields that go with another field would make a union of the body",
    r"There is no non-cash gift type ": "which there are is told by an operation",
    r"Expected a number from 0 on, of at most 18 digits\.": "a bound of digits, which JSON Schema has for no number",
    r"Of several passthroughs each needs|A contact is named once|What came through contacts is|Who gave a gift did not pass": "no schema compares elements, nor sums them",
    r"The amounts of the designations must sum to the amount that is taken back": "sums are no matter of a schema",
    r"There is no custom field '": "which fields there are is the organization's own",
    r".*: ('.*' is (no number such as|no date such as|neither true nor false|not in the list)|At most \d+ )": "what a custom field holds is its definition's, as the organization made it",
    r"The custom field '.*' is (required|written twice)": "the same; and no schema compares names",
    r"Another custom field is called '|A (Dropdown|List) needs at least one option|A [A-Za-z]+ has no options|A custom field needs a name": "names that are in use, and options that hang on the type",
    r"An address begins with https?://|crmKeys says another key\.|A name and its value have at most": "rules of texts and of keys of maps",
    r"The default project takes the gifts that name none|It is the default project": "as the projects are",
    r"(The|A) segment (is one of|belongs to|of|with this code belongs to) |There is no project \d+ that a form can offer": "as the records are",
    r"The form (belongs to campaign|does not offer this project)|This form (is inactive|lets nobody)": "as the form is",
    r"A project is in the split once\.": "no schema compares elements",
    r"This is not the code of the segment|This premium is inactive|Nothing is left of this premium": "as the records are",
    r"donorPaidCosts says that|Say how much the donor covers": "no schema compares fields",
    r"A (form|segment|motivation code|campaign) needs a [a-z]+\.": "blanks alone are none",
    r"Give the e-mail address or the phone number\.": "blanks alone are none",
    r"A gift is not thanked for before it is given\.": "as the gift is",
    r"No field of this name can be changed\.": "a change of nothing is refused, though fields that nobody has are tolerated",
}
"""Rules of values that no schema can say, or none that generated clients could live with: by the sentence that refuses them."""


def tolerates(failure: Failure, case: Case, response: Response) -> bool:
    """Whether what a check found wrong is meant so."""
    check = type(failure).__name__
    if check in ("ServerError", "UnsupportedMethodResponse"):
        return _is_not_served_yet(case, response)
    if check == "AcceptedNegativeData":
        return _is_left_out(failure, case)
    if check == "RejectedPositiveData":
        refused = told(response)
        return bool(refused) and all(
            code in CODES or any(re.match(rule, text) for rule in RULES) or _lacks_a_blank(text, case)
            for code, text in refused
        )
    return False


def _is_left_out(failure: Failure, case: Case) -> bool:
    """A parameter that is blank is as if it had been left out: clients send filters that nobody filled in (docs/explanation/refused-and-ignored.md)."""
    named = re.search(r"parameter `(\w+)` in query", failure.message)
    value = (case.query or {}).get(named[1], "a value") if named else "a value"
    return value in ({}, []) or not str(value).strip()


def _lacks_a_blank(text: str, case: Case) -> bool:
    """A parameter that has to be there and is blank is missed, for blank is as if left out."""
    return text == "This field is required." and not all(
        str(value).strip() for value in (case.query or {}).values()
    )


def _is_not_served_yet(case: Case, response: Response) -> bool:
    """An operation that the imitated product has and we do not: 501 with its name, where others have 405 (docs/reference/errors.md)."""
    if response.status_code != 501:
        return False
    body: Any = json.loads(response.content)
    code, words = (body["error"] if "error" in body else {**body, "message": body["detail"]}), "message"
    return bool(
        code["code"] == "NOT_IMPLEMENTED" and code[words].startswith(f"{case.method} {case.operation.path} (")
    )
