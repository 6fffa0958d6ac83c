"""What a file holds, for the eye: its tags and its picture, read in a process of its own."""
