"""Invented givers. Every name is put together from the lists below; e-mail and phone are reserved for fiction."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Any

FIRST_NAMES = [
    "Adela",
    "Alban",
    "Amara",
    "Anselm",
    "Beatrix",
    "Bruno",
    "Calla",
    "Cedric",
    "Chika",
    "Dalia",
    "Darius",
    "Dorian",
    "Edda",
    "Elias",
    "Emeka",
    "Esther",
    "Fabian",
    "Farida",
    "Felix",
    "Fleur",
    "Gideon",
    "Greta",
    "Hana",
    "Hector",
    "Ilse",
    "Imani",
    "Ivo",
    "Jasper",
    "Joanna",
    "Kamala",
    "Kenji",
    "Kirsten",
    "Laszlo",
    "Leona",
    "Linnea",
    "Lucian",
    "Mabel",
    "Magnus",
    "Marisol",
    "Mateo",
    "Mira",
    "Nadia",
    "Niklas",
    "Noor",
    "Odette",
    "Oskar",
    "Paloma",
    "Pavel",
    "Petra",
    "Priya",
    "Quentin",
    "Ramona",
    "Rosalind",
    "Rufus",
    "Sabine",
    "Selma",
    "Silas",
    "Tamsin",
    "Teodor",
    "Thandi",
    "Tobias",
    "Uma",
    "Ursula",
    "Valentin",
    "Vera",
    "Viggo",
    "Wanda",
    "Wilbur",
    "Xenia",
    "Yara",
    "Yusuf",
    "Zelda",
]
LAST_NAMES = [
    "Ambrose",
    "Ashdown",
    "Bellweather",
    "Birchall",
    "Bramble",
    "Brightwater",
    "Calloway",
    "Castellane",
    "Coldbrook",
    "Copperfield",
    "Dapplewood",
    "Dunmore",
    "Eastmarch",
    "Elderberry",
    "Fairholm",
    "Fennimore",
    "Fernsby",
    "Foxglove",
    "Gallowglass",
    "Goldfinch",
    "Greenhalgh",
    "Hartwell",
    "Hawksworth",
    "Heatherly",
    "Hollowell",
    "Inglenook",
    "Ironwood",
    "Juniper",
    "Kestrel",
    "Kingsmere",
    "Lanternby",
    "Larkin",
    "Lindqvist",
    "Lockhart",
    "Marchbanks",
    "Meadowlark",
    "Merriweather",
    "Moonstone",
    "Nightingale",
    "Northcote",
    "Oakhurst",
    "Okonjo",
    "Orchard",
    "Pemberley",
    "Pennywhistle",
    "Quillfeather",
    "Ravensworth",
    "Redfern",
    "Rosewater",
    "Rowanoak",
    "Saltmarsh",
    "Silverlake",
    "Sorrel",
    "Starling",
    "Summerfield",
    "Thistledown",
    "Thornbury",
    "Umberfield",
    "Vandermeer",
    "Wainwright",
    "Whitlock",
    "Willowby",
    "Winterbourne",
    "Wrenfield",
    "Yarrow",
]
STREETS = (
    "Alder Lane,Bell Street,Cooper Row,Dyer Street,Foundry Road,Harbor Walk,Mill Lane,Orchard Way,Quay Street"
)
TOWNS = (
    ("Larkhaven", "OR", "97999"),
    ("Millbrook Falls", "VT", "05999"),
    ("Port Ember", "ME", "04999"),
    ("Quarry Bend", "CO", "80999"),
    ("Saint Orrin", "MN", "55999"),
    ("Tallgrass", "KS", "66999"),
)
ORGANIZATIONS = (
    "Thistledown Bakery Cooperative",
    "Port Ember Rotary Choir",
    "Foxglove & Daughters Foundation",
    "Saint Orrin Parish Table",
    "Kestrel Bicycle Works",
)
MAIL_DOMAINS = ("example.org", "example.com", "example.net")


@dataclass(frozen=True, slots=True)
class Giver:
    """One invented giver; `donor` is the object that give takes."""

    name: str
    donor: dict[str, Any]


def person(rng: Random, number: int) -> Giver:
    """A household giver; `number` makes the e-mail address unlike any other's."""
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    donor: dict[str, Any] = {
        "email": f"{first}.{last}.{number}@{rng.choice(MAIL_DOMAINS)}".lower(),
        "firstName": first,
        "lastName": last,
    }
    if rng.random() < 0.15:
        donor["title"] = rng.choice(("Dr.", "Ms.", "Mr.", "Mx."))
    if rng.random() < 0.6:
        donor |= _address(rng)
    if rng.random() < 0.3:
        donor["phone"] = f"555-01{rng.randrange(100):02}"
    return Giver(f"{first} {last}", donor)


def organization(rng: Random, number: int) -> Giver:
    """An organization that gives; the same `number` (modulo the list) is the same organization."""
    name = ORGANIZATIONS[number % len(ORGANIZATIONS)]
    domain = re.sub(r"[^a-z]+", "-", name.lower())
    email = f"giving@{domain}.example.org"
    return Giver(name, {"isOrganization": True, "organizationName": name, "email": email, **_address(rng)})


def _address(rng: Random) -> dict[str, str]:
    city, state, postal = rng.choice(TOWNS)
    street = rng.choice(STREETS.split(","))
    return {
        "address1": f"{rng.randrange(1, 400)} {street}",
        "city": city,
        "state": state,
        "postal": postal,
        "country": "US",
    }
