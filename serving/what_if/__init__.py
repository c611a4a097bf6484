"""Mails decided again under another policy or bundle: what would be sent, how much of it wrongly, what changes. Stores nothing."""
