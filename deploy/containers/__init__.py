"""The programs inside the images: start after the ground holds, health, the one-shot set-up."""
