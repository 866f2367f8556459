"""E-mails as rows: written with the act, sent later."""
