"""Pure rule engine: text and values in, decisions out."""
