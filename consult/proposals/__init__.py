"""What is put to the vote, and the contributions it answers."""
