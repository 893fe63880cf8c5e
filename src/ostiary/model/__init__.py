"""The words that every room uses: ids, frozen values, errors, audit events, plans."""
