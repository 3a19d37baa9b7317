"""What goes with a gift and is no money: premiums that its giver gets, and whom it honours."""
