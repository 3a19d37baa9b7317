"""How a donor is reached: postal addresses, e-mail addresses and phone numbers, the first of each kind mirrored on the donor."""
