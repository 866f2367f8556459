"""The shape of what someone typed: forms that hand over frozen drafts."""
