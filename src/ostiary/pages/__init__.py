"""What people see: sign-in, consent, sign-out, errors."""
