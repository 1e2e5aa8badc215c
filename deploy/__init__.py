"""What puts the house into operation: images, gateway, broker, database, secrets."""
