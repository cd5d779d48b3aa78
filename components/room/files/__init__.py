"""Files that hang on messages: taken in, made safe, kept for as long as their message, and no longer."""
