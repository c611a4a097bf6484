"""Of the doubt that a certificate leaves, for false alarms: what each watch may spend. The shares add up to 1 (`tests.proofs.streams`)."""

# Of the audits, of the proofs outside audits, and of the tests for drift together.
SHARE_OF_AUDITS, SHARE_OF_PROOFS, SHARE_OF_DRIFT = 0.75, 0.05, 0.2
