"""Pure consent core: what was asked, what was chosen, what is granted."""
