"""People who sign in: their accounts, memberships of organizations, invitations, passwords, codes and tokens."""
