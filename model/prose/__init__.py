"""What is looked for in the text of answers and replies: links, personal data, standard phrases, typical sentences."""
