"""The answer base: bringing answers in and out, and looking after them."""
