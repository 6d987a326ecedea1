"""The ground: places in texts, messages, and the words of the language."""
