"""What a mail is, and what we know: mails, answers, taxonomies and labelled examples."""
