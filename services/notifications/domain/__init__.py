"""Who must be told what, and how a message goes from the event to the mail server."""
