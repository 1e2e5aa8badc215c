"""The containers, the gateway, the broker users and the secrets, as the files say and as real programs behave."""
